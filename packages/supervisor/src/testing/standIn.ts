import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { hostLibraries } from "../sandbox/libraries.ts";
import { childrenOf, identify } from "../sandbox/processes.ts";
import { type Mount, readOnly, SETPRIV, sandboxCommand } from "../sandbox/sandbox.ts";
import { readSandboxStatus } from "../sandbox/sandboxStatus.ts";
import { systemCallFilter } from "../sandbox/systemCallFilter.ts";
import { until } from "./fleet.ts";

const PERL = "/usr/bin/perl";
const STATUS_FD = 3;
/** The first of the descriptors that are handed to the program. */
export const HANDED_FD = 4;

/** No file that it writes to may become larger. */
const FILE_BYTES_MAXIMUM = 1024 * 1024;

interface StandInOptions {
  /** Perl, of which only the language itself is there. */
  readonly script: string;
  /** As a guest of a server that is root, or null. */
  readonly uid?: number | null;
  readonly handed?: readonly number[];
  readonly mounts?: readonly Mount[];
  /** What it may call; left out: what a guest may. */
  readonly filter?: Buffer;
}

/**
 * A program in a kernel's place, in the very sandbox that a guest has: what a guest can do whose kernel was taken over.
 * Whoever starts one ends it.
 */
export class StandIn {
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start({
    script,
    uid = null,
    handed = [],
    mounts = [],
    filter = systemCallFilter(),
  }: StandInOptions): Promise<StandIn> {
    const folder = mkdtempSync(join(tmpdir(), "corral-stand-in-"));
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, "filter"), filter);
    const status = openSync(join(folder, "status"), "w");
    const said = openSync(join(folder, "said"), "w");
    const rules = openSync(join(folder, "filter"), "r");
    const programs = uid === null ? [PERL] : [PERL, SETPRIV];
    const libraries = (await Promise.all(programs.map(hostLibraries))).flatMap(({ paths }) => paths);
    const [program, argv] = sandboxCommand({
      launch: "stand-in",
      mark: "stand-in",
      kernel: PERL,
      libraries: [...new Set(libraries)].map((path) => readOnly(path, path)),
      mounts,
      workingDirectory: "/",
      fileBytesMaximum: FILE_BYTES_MAXIMUM,
      memoryMiB: 32,
      cpus: [0],
      niceness: 0,
      uid,
      cgroup: null,
      statusFd: STATUS_FD,
      filterFd: HANDED_FD + handed.length,
      kernelArguments: ["-e", `$| = 1; ${script}`],
    });
    const child = spawn(program, argv, { stdio: ["ignore", said, said, status, ...handed, rules], detached: true });
    for (const fd of [status, said, rules]) closeSync(fd);
    return new StandIn(child, folder);
  }

  get said(): string {
    return readFileSync(join(this.#folder, "said"), "utf8");
  }

  /** Waits until it has said this. */
  async says(pattern: RegExp): Promise<string> {
    await until(
      () => pattern.test(this.said),
      () => `${pattern}; it said: ${this.said}`,
    );
    return this.said;
  }

  /** The sandbox's first process and the program itself, once they are there. */
  get processes(): { readonly init: ProcessIdentity; readonly kernel: ProcessIdentity } {
    const { initPid } = readSandboxStatus(join(this.#folder, "status"));
    const init = identify(initPid ?? 0);
    const kernel = identify(childrenOf(initPid ?? 0)[0] ?? 0);
    if (init === null || kernel === null) throw new Error("it has ended");
    return { init, kernel };
  }

  async end(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      const gone = once(this.#child, "exit");
      const { initPid } = readSandboxStatus(join(this.#folder, "status"));
      if (initPid !== null && identify(initPid) !== null) process.kill(initPid, "SIGKILL");
      process.kill(-pid, "SIGKILL");
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Both ways in which guests are kept: in a user namespace, and, where the server is root, as a user of their own. */
export const ALL_WAYS: readonly (number | null)[] = process.getuid?.() === 0 ? [null, 300_001] : [null];
