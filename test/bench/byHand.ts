import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ReadStream } from "node:tty";
import type { ProcessIdentity } from "../../packages/supervisor/src/guest/launchRecord.ts";
import { setSessionNiceness } from "../../packages/supervisor/src/launch/autogroup.ts";
import { openPty } from "../../packages/supervisor/src/pty.ts";
import { findByArgument, identify, leadsSession } from "../../packages/supervisor/src/sandbox/processes.ts";

/** A kernel makes itself a session within milliseconds; one that has not after five seconds has ended. */
const LEADER_TRIES = 250;
const LEADER_RETRY_MS = 20;

/** A launch as Corral wrote it down: what a person would type to do the same. */
export interface RecordedLaunch {
  readonly argv: readonly string[];
  readonly umlDir: string;
  readonly kernelLog: string;
  /** What bwrap lets the guest ask of the host's kernel. */
  readonly systemCallFilter: string;
}

export interface Timings {
  /** Milliseconds from the start to the first byte on the console, and to the shell's prompt. */
  readonly firstByte: number;
  readonly prompt: number;
}

/** A guest that was started by hand. The master of its console's pty is whose who asked for it. */
export interface ByHand {
  readonly guest: ChildProcess;
  readonly master: number;
  /** performance.now() right before it was started. */
  readonly began: number;
}

/** Starts the very command line that Corral used, with the same descriptors, from a bare process. */
export const startByHand = (recorded: RecordedLaunch): ByHand => {
  rmSync(recorded.umlDir, { recursive: true, force: true });
  mkdirSync(recorded.umlDir, { mode: 0o700 });
  const pty = openPty(80, 24);
  // The guest link, at which nobody listens here.
  const link = openPty(80, 24);
  const status = openSync("/dev/null", "w");
  const kernelLog = openSync(recorded.kernelLog, "a");
  const filter = openSync(recorded.systemCallFilter, "r");
  const began = performance.now();
  const [program, ...argv] = recorded.argv;
  const guest = spawn(program as string, argv, {
    stdio: [pty.slave, pty.slave, pty.slave, status, kernelLog, pty.master, link.slave, link.master, filter],
    detached: true,
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" },
  });
  for (const fd of [pty.slave, status, kernelLog, filter, link.slave, link.master]) closeSync(fd);
  return { guest, master: pty.master, began };
};

/** The group of the chain: bwrap's first process takes the whole sandbox along. */
export const endByHand = async ({ guest }: ByHand): Promise<void> => {
  const ended = once(guest, "exit");
  process.kill(-(guest.pid as number), "SIGKILL");
  await ended;
};

/** How long that takes, with a reader of the console that has nothing around it. */
export const launchByHand = async (recorded: RecordedLaunch, prompt: RegExp): Promise<Timings> => {
  const launched = startByHand(recorded);
  const { began } = launched;
  const reader = new ReadStream(launched.master);
  const timings = await new Promise<Timings>((resolve, reject) => {
    let text = "";
    let firstByte = 0;
    reader.on("data", (chunk: Buffer) => {
      firstByte ||= performance.now() - began;
      text += chunk.toString("latin1");
      if (prompt.test(text)) resolve({ firstByte, prompt: performance.now() - began });
    });
    reader.on("error", () => reject(new Error(`the guest ended before its prompt: ${text.slice(-400)}`)));
  });
  reader.removeAllListeners("error").on("error", () => {});
  await endByHand(launched);
  reader.destroy();
  return timings;
};

/** To the kernel's session, as Corral does: the word `nice` of the command line is for the processes only. */
export const giveNiceness = async ({ argv, umlDir }: RecordedLaunch): Promise<void> => {
  const niceness = Number(/nice -n (\d+)/.exec(argv.join(" "))?.[1] ?? 0);
  for (let tries = 0; tries < LEADER_TRIES; tries += 1) {
    const kernel = findByArgument(`uml_dir=${umlDir}`).find(leadsSession);
    if (kernel !== undefined) return setSessionNiceness(identify(kernel) as ProcessIdentity, niceness);
    await sleep(LEADER_RETRY_MS);
  }
  throw new Error("the guest that was started by hand has no session of its own");
};

export const recordedLaunch = (home: string, id: string): RecordedLaunch => {
  const { argv } = JSON.parse(readFileSync(`${home}/guests/${id}/launch.json`, "utf8")) as { argv: string[] };
  const umlDir = /uml_dir=(\S+)/.exec(argv.join(" "))?.[1] as string;
  return {
    argv,
    umlDir,
    kernelLog: `${home}/guests/${id}/kernel.log`,
    systemCallFilter: `${home}/guests/${id}/system-calls.bpf`,
  };
};
