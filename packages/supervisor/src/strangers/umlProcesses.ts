import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { inspectKernelFile } from "@corral/uml";
import type { ProcessIdentity } from "../guest/launchRecord.ts";
import { identify } from "../sandbox/processes.ts";

/** What a kernel's command line has and hardly any other's: only such processes are looked at closely. */
const KERNEL_ARGUMENT = /^(umid=|uml_dir=|ubd[0-9a-p]|mem=|root=|rootfstype=|con[0-9]*=|ssl[0-9]*=|mconsole=|initrd=)/;
/** Programs whose verdict is remembered, by what their file is. */
const PROGRAMS_MAXIMUM = 200;

/** TCP_LISTEN, as /proc/net/tcp writes it. */
const LISTENING = "0A";

/** A UML kernel that runs as this server's user. */
export interface UmlProcess {
  readonly identity: ProcessIdentity;
  readonly argv: readonly string[];
  /** Command line of the process that started it. */
  readonly starter: readonly string[];
  readonly program: string | null;
  /** Number by which it calls itself, in its own pid namespace: what it writes into its pid file. */
  readonly ownPid: number;
  /** It sees other files than this server: paths mean something else to it. */
  readonly isElsewhere: boolean;
  /** Where it looks for and makes umid folders. */
  readonly umlDir: string | null;
  /** Sockets called mconsole that it holds, by their paths. */
  readonly mconsoles: readonly string[];
}

const verdicts = new Map<string, boolean>();

/**
 * The kernels among the processes of this user, without their helpers. All are read from /proc; nothing is asked or
 * changed.
 */
export const findUmlProcesses = async (): Promise<UmlProcess[]> => {
  const argvs = new Map<number, string[]>();
  for (const pid of pidsOfThisUser()) {
    const argv = argumentsOf(pid);
    if (argv.slice(1).some((each) => KERNEL_ARGUMENT.test(each)) && (await isKernel(pid))) argvs.set(pid, argv);
  }
  const found: UmlProcess[] = [];
  for (const [pid, argv] of argvs) {
    const status = statusOf(pid);
    const identity = identify(pid);
    // Helpers, and the processes in which its programs run, are children of the kernel's and look like it.
    if (identity === null || status === null || argvs.has(status.parent)) continue;
    found.push({
      identity,
      argv,
      starter: argumentsOf(status.parent),
      program: linkOf(pid, "exe"),
      ownPid: status.ownPid,
      isElsewhere: linkOf(pid, "ns/mnt") !== linkOf("self", "ns/mnt"),
      umlDir: umlDirOf(pid, argv),
      mconsoles: mconsolesOf(pid),
    });
  }
  return found;
};

const pidsOfThisUser = (): number[] => {
  const uid = process.getuid?.();
  return readdirSync("/proc")
    .filter((name) => /^[1-9]\d*$/.test(name) && statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid === uid)
    .map(Number);
};

/** Ended meanwhile, or closed to us: nothing. */
const attempt = <T>(look: () => T): T | null => {
  try {
    return look();
  } catch {
    return null;
  }
};

const text = (pid: number | string, file: string): string =>
  attempt(() => readFileSync(`/proc/${pid}/${file}`, "utf8")) ?? "";

const linkOf = (pid: number | string, name: string): string | null =>
  attempt(() => readlinkSync(`/proc/${pid}/${name}`));

const argumentsOf = (pid: number): string[] => text(pid, "cmdline").split("\0").slice(0, -1);

const isKernel = async (pid: number): Promise<boolean> => {
  const file = `/proc/${pid}/exe`;
  const facts = attempt(() => statSync(file));
  if (facts === null) return false;
  const key = `${facts.dev} ${facts.ino} ${facts.mtimeMs}`;
  const known = verdicts.get(key);
  if (known !== undefined) return known;
  const verdict = (await inspectKernelFile(file)) === "uml";
  if (verdicts.size >= PROGRAMS_MAXIMUM) verdicts.clear();
  verdicts.set(key, verdict);
  return verdict;
};

const statusOf = (pid: number): { readonly parent: number; readonly ownPid: number } | null => {
  const status = text(pid, "status");
  const parent = /^PPid:\s+(\d+)$/m.exec(status)?.[1];
  const ownPid = /^NSpid:.*\s(\d+)$/m.exec(status)?.[1];
  return parent === undefined ? null : { parent: Number(parent), ownPid: Number(ownPid ?? pid) };
};

const umlDirOf = (pid: number, argv: readonly string[]): string | null => {
  const given = argv.findLast((each) => each.startsWith("uml_dir="))?.slice("uml_dir=".length);
  const home = text(pid, "environ")
    .split("\0")
    .find((each) => each.startsWith("HOME="))
    ?.slice("HOME=".length);
  const cwd = linkOf(pid, "cwd");
  const folder = given ?? (home === undefined ? null : `${home}/.uml`);
  return folder === null || cwd === null ? null : resolve(cwd, folder);
};

/** Inodes of the sockets that a process has open. */
const socketsOf = (pid: number): Set<string | undefined> =>
  new Set(
    (attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [])
      .map((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(pid, `fd/${fd}`) ?? "")?.[1])
      .filter((inode) => inode !== undefined),
  );

/** Whether a socket of this very process listens on a port (TCP, IPv4) of this server's own network. */
export const listensOn = (pid: number, port: number): boolean => {
  if (linkOf(pid, "ns/net") !== linkOf("self", "ns/net")) return false;
  const open = socketsOf(pid);
  return text(pid, "net/tcp")
    .split("\n")
    .map((line) => line.trim().split(/ +/))
    .some(([, local = "", , state, , , , , , inode]) => {
      const number = Number.parseInt(local.split(":")[1] ?? "", 16);
      return state === LISTENING && number === port && open.has(inode);
    });
};

/** From the list of all sockets of its network, those that are open in it: nobody can put a name there for it. */
const mconsolesOf = (pid: number): string[] => {
  const open = socketsOf(pid);
  const cwd = linkOf(pid, "cwd") ?? "/";
  return text(pid, "net/unix")
    .split("\n")
    .map((line) => /^\S+ \S+ \S+ \S+ \S+ \S+ +(\d+) (.*\/mconsole)$/.exec(line))
    .filter((match) => match !== null && open.has(match[1] as string))
    .map((match) => resolve(cwd, match?.[2] as string));
};
