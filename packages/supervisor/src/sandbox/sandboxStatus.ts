import { readOwnText } from "../guest/ownText.ts";

/** What bwrap wrote to its status file: JSON objects, one after the other, the last of which may be torn. */
export interface SandboxStatus {
  /** bwrap's own process 1 of the guest's pid namespace, as the host counts. */
  readonly initPid: number | null;
  /** Exit status of the kernel, 128 + signal when one ended it. */
  readonly exitCode: number | null;
}

export const readSandboxStatus = (path: string): SandboxStatus => {
  const text = readOwnText(path) ?? "";
  return { initPid: numberAfter(text, "child-pid"), exitCode: numberAfter(text, "exit-code") };
};

const numberAfter = (text: string, key: string): number | null => {
  const found = new RegExp(`"${key}": (\\d+)[ ,}]`).exec(text)?.[1];
  return found === undefined ? null : Number(found);
};
