import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** The command line that runs a file of this folder in a process of its own. */
export const commandFor = (file: string, ...args: string[]): [string, ...string[]] => [
  process.execPath,
  "--conditions=source",
  "--import",
  tsx,
  fileURLToPath(new URL(file, import.meta.url)),
  ...args,
];

export const runTypeScript = (stdio: StdioOptions, file: string, ...args: string[]): ChildProcess => {
  const [command, ...rest] = commandFor(file, ...args);
  return spawn(command, rest, { stdio });
};
