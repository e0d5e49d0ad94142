import { type ChildProcess, spawn } from "node:child_process";
import { inspectKernelFile, type KernelFileVerdict } from "./kernelFile.ts";

/** What a kernel was built with, read from its own --help and --showconfig. */
export interface KernelAbilities {
  readonly ubd: boolean;
  readonly hostfs: boolean;
  readonly mconsole: boolean;
  readonly watchdog: boolean;
  /** Console channels: fd, null, none, port, pts, pty, tty, xterm. */
  readonly channels: string[];
  /** ethN transports: daemon, mcast, slirp and others; none from 7 on. */
  readonly ethTransports: string[];
  /** Has vecN interfaces. */
  readonly vector: boolean;
  /** Knows seccomp=on. */
  readonly seccomp: boolean;
  /** File systems it can mount as root without a module. */
  readonly rootFileSystems: string[];
}

export interface ProbedKernel {
  readonly path: string;
  /** Such as 6.1.176. */
  readonly version: string;
  readonly abilities: KernelAbilities;
}

export type KernelProbeErrorCode = Exclude<KernelFileVerdict, "uml"> | "failed" | "timed-out";

export class KernelProbeError extends Error {
  override readonly name = "KernelProbeError";
  readonly code: KernelProbeErrorCode;

  constructor(code: KernelProbeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface ProbeOptions {
  /** Command that runs the kernel, put before its path: a sandbox, such as ["bwrap", "--ro-bind", "/", "/"]. */
  readonly wrapper?: readonly string[];
  /** The kernel's path as the wrapper sees it, where that is another one. */
  readonly inside?: string;
  /** Aborts with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A kernel answers in 10 ms; the rest is for a cold disk. */
const ANSWER_TIMEOUT_MS = 10_000;
/** --showconfig of a distribution's kernel has 100 kB. */
const ANSWER_MAXIMUM_BYTES = 1024 * 1024;
/** Of what a kernel, or its loader, says is wrong. */
const COMPLAINT_MAXIMUM_CHARACTERS = 600;

const CHANNEL_OPTIONS: readonly (readonly [string, readonly string[]])[] = [
  ["NULL_CHAN", ["null"]],
  ["PORT_CHAN", ["port"]],
  ["PTY_CHAN", ["pty", "pts"]],
  ["TTY_CHAN", ["tty"]],
  ["XTERM_CHAN", ["xterm"]],
];
const ETH_OPTIONS: readonly (readonly [string, readonly string[]])[] = [
  ["UML_NET_ETHERTAP", ["ethertap"]],
  ["UML_NET_TUNTAP", ["tuntap"]],
  ["UML_NET_SLIP", ["slip"]],
  ["UML_NET_DAEMON", ["daemon"]],
  ["UML_NET_VDE", ["vde"]],
  ["UML_NET_MCAST", ["mcast", "ucast"]],
  ["UML_NET_PCAP", ["pcap"]],
  ["UML_NET_SLIRP", ["slirp"]],
];
/** File systems that live on a block device and can be a root. */
const ROOT_OPTIONS: readonly (readonly [string, readonly string[]])[] = [
  ["EXT4_FS", ["ext4"]],
  ["EXT3_FS", ["ext3"]],
  ["EXT2_FS", ["ext2"]],
  ["XFS_FS", ["xfs"]],
  ["BTRFS_FS", ["btrfs"]],
  ["F2FS_FS", ["f2fs"]],
  ["JFS_FS", ["jfs"]],
  ["REISERFS_FS", ["reiserfs"]],
  ["SQUASHFS", ["squashfs"]],
  ["EROFS_FS", ["erofs"]],
  ["ISO9660_FS", ["iso9660"]],
];

/**
 * Asks a kernel what it is. THIS EXECUTES THE FILE, as whoever calls it: give it only files that an administrator chose,
 * or a wrapper that confines them. A file without UML's marks in it is not run, but marks can be forged.
 * The kernel gets an empty environment, no input, 10 s and 1 MiB for each of three answers.
 * Rejects with KernelProbeError.
 */
export const probeKernel = async (path: string, options: ProbeOptions = {}): Promise<ProbedKernel> => {
  const verdict = await inspectKernelFile(path);
  if (verdict !== "uml") throw new KernelProbeError(verdict, VERDICTS[verdict](path));
  const ask = (question: string): Promise<string> => answerOf(path, question, options);
  const version = /^[0-9]+\.[0-9]+\S*$/.exec((await ask("--version")).trim())?.[0];
  const help = await ask("--help");
  const config = enabledOptions(await ask("--showconfig"));
  if (version === undefined || !config.has("UML")) throw new KernelProbeError("not-uml", VERDICTS["not-uml"](path));
  return { path, version, abilities: abilitiesOf(config, help) };
};

const VERDICTS: Record<Exclude<KernelFileVerdict, "uml">, (path: string) => string> = {
  missing: (path) => `There is no file at ${path}.`,
  "not-executable": (path) => `${path} may not be read and run by this user.`,
  "not-elf": (path) => `${path} is not a program.`,
  "not-uml": (path) => `${path} is not a User Mode Linux kernel.`,
};

const abilitiesOf = (config: ReadonlySet<string>, help: string): KernelAbilities => {
  const having = (options: readonly (readonly [string, readonly string[]])[]): string[] =>
    options.filter(([option]) => config.has(option)).flatMap(([, names]) => names);
  return {
    ubd: config.has("BLK_DEV_UBD"),
    hostfs: config.has("HOSTFS"),
    mconsole: config.has("MCONSOLE"),
    watchdog: config.has("UML_WATCHDOG"),
    // fd and none have no option of their own: they are always there.
    channels: ["fd", "none", ...having(CHANNEL_OPTIONS)],
    ethTransports: having(ETH_OPTIONS),
    vector: config.has("UML_NET_VECTOR"),
    seccomp: /^seccomp=/m.test(help),
    rootFileSystems: having(ROOT_OPTIONS),
  };
};

/** Names, without CONFIG_, of what is built in (=y). */
const enabledOptions = (config: string): ReadonlySet<string> =>
  new Set([...config.matchAll(/^CONFIG_(\w+)=y$/gm)].map(([, name = ""]) => name));

const answerOf = (
  path: string,
  question: string,
  { wrapper = [], inside = path, signal }: ProbeOptions,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const [command = path, ...args] = [...wrapper, inside, question];
    const child = spawn(command, args, { env: {}, cwd: "/", detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let complaint = "";

    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    const giveUp = (error: unknown): void => {
      end();
      killGroup(child);
      reject(error);
    };
    const abort = (): void => giveUp(signal?.reason);
    const timer = setTimeout(
      () => giveUp(new KernelProbeError("timed-out", `${path} ${question} did not end in time.`)),
      ANSWER_TIMEOUT_MS,
    );
    signal?.addEventListener("abort", abort, { once: true });

    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > ANSWER_MAXIMUM_BYTES) giveUp(new KernelProbeError("failed", `${path} ${question} does not stop.`));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(0, COMPLAINT_MAXIMUM_CHARACTERS);
    });
    child.on("error", (cause) => giveUp(new KernelProbeError("failed", `${path} cannot be run.`, { cause })));
    child.on("close", (exitCode, endedBy) => {
      end();
      if (exitCode === 0) resolve(Buffer.concat(chunks).toString());
      else {
        const how = `${path} ${question} ended with ${endedBy ?? `code ${exitCode}`}`;
        reject(new KernelProbeError("failed", `${how}${quoted(complaint)}`));
      }
    });
  });

/** Words of a program that nobody vouches for: one line without control characters. */
const quoted = (complaint: string): string => {
  const words = complaint.replace(/\p{C}+/gu, " ").trim();
  return words === "" ? "." : `: ${words}`;
};

/** With all that it started; a kernel killed alone leaves its guest's processes behind. */
const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended by itself a moment ago.
  }
};
