import { mconsolePath, UMID_PATTERN } from "./umid.ts";
import { fitsUnixPath, UNIX_PATH_MAXIMUM_BYTES } from "./unixPath.ts";

/** Flags of one ubd device: docs/uml.md, "Disks". */
export interface DiskFlags {
  /** r: the guest cannot write. */
  readonly readOnly?: boolean;
  /** s: opened O_SYNC on the host. */
  readonly synchronous?: boolean;
  /** c: no lock on the host's file. */
  readonly shared?: boolean;
  /** d: plain data, even where the file begins with a COW header. */
  readonly ignoreCow?: boolean;
  /** t: discarded blocks are not given back to the host. */
  readonly noDiscard?: boolean;
}

export interface DiskArgument {
  /** 0 to 15; the guest's /dev/ubda to /dev/ubdp. */
  readonly ubd: number;
  readonly flags?: DiskFlags;
  /** Path as the kernel sees it (inside its sandbox). The COW file, where there is a backing file. */
  readonly file: string;
  readonly backing?: string | null;
  readonly serial?: string | null;
}

export interface ConsoleArgument {
  /** con0 to con15 or ssl0 to ssl63. */
  readonly device: string;
  /** A channel: fd:3, null, none, pts, pty, port:9000, tty:/dev/tty1, xterm. */
  readonly input: string;
  /** Left out: the same as input, both ways through one channel. */
  readonly output?: string;
}

/**
 * A network interface over UDP on the loopback of the kernel's own network namespace, which takes no privilege. Two whose
 * ports are each other's are connected.
 */
export interface InterfaceArgument {
  /** vec0 and on speaks L2TPv3 over UDP (transport=l2tpv3), eth0 and on UML's own ucast. */
  readonly device: string;
  readonly port: number;
  readonly peerPort: number;
  readonly mac?: string | null;
}

/** All that a kernel is started with, as plain data. Paths are those the kernel sees. */
export interface CommandLineSpec {
  readonly memoryMiB: number;
  /** 1 to 40 of A-Z a-z 0-9 _ and -. */
  readonly umid: string;
  readonly umlDir: string;
  readonly disks?: readonly DiskArgument[];
  /** Such as /dev/ubda; left out: none is named. */
  readonly root?: string | null;
  /** Mount the root writable from the start (rw) or read-only (ro); left out: the kernel's default, read-only. */
  readonly rootMode?: "ro" | "rw" | null;
  readonly init?: string | null;
  readonly consoles?: readonly ConsoleArgument[];
  readonly interfaces?: readonly InterfaceArgument[];
  /** Values for console=, in order: the last one is also /dev/console. Such as ["ttyS63", "tty0"]. */
  readonly kernelConsoles?: readonly string[];
  readonly notifyPath?: string | null;
  readonly hostfsRoot?: string | null;
  /** Further kernel arguments, one word each, after all others. */
  readonly extraArguments?: readonly string[];
}

/** A value that would not reach the kernel as what it was meant to be. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
  /** too-long: each part may be as it is, and all of them together are more than a kernel takes. */
  readonly code: "bad-parameter" | "too-long";
  /** What was wrong, such as disks[0].file. */
  readonly parameter: string;

  constructor(parameter: string, problem: string, code: "bad-parameter" | "too-long" = "bad-parameter") {
    super(`${parameter} ${problem}`);
    this.parameter = parameter;
    this.code = code;
  }
}

/** With less the kernel says "Too few physical memory!" and exits: docs/uml.md, "Memory". */
const MEMORY_MINIMUM_MIB = 16;
/** Keeps the number of bytes exact in the kernel's 64-bit parser with room to spare: 1 TiB. */
const MEMORY_MAXIMUM_MIB = 1024 * 1024;
const DISKS = 16;
/** COMMAND_LINE_SIZE of arch/um is 4096, of which the kernel may add 24 of its own: docs/uml.md, "Command line". */
const COMMAND_LINE_MAXIMUM_BYTES = 4072;

/*
 * UML joins its arguments with blanks, separates parts of them with commas and colons, and knows no quoting or escape
 * (docs/uml.md, "Command line"). So what is not plainly one word is refused here, whoever checked it before.
 */
const PATH = /^\/[^\s"'`\\,:=\p{C}]+$/u;
const WORD = /^[A-Za-z][^\s"'`\\\p{C}]*$/u;
const SERIAL = /^[A-Za-z0-9_.-]{1,64}$/;
const CONSOLE_DEVICE = /^(con([0-9]|1[0-5])|ssl([0-9]|[1-5][0-9]|6[0-3]))$/;
const CHANNEL = /^(null|none|pts|pty|xterm|fd:[0-9]{1,6}|port:[0-9]{1,5}|tty:\/[A-Za-z0-9._/-]+)$/;
const INTERFACE = /^(eth|vec)([0-9]|1[0-5])$/;
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const PORT_MAXIMUM = 65_535;
const KERNEL_CONSOLE = /^tty(S)?[0-9]{1,2}$/;
const ROOT = /^\/dev\/[A-Za-z0-9/]+$/;

/**
 * The kernel's arguments, without its own name.
 * @throws CommandLineError
 */
export const kernelCommandLine = (spec: CommandLineSpec): string[] => {
  const { disks = [], consoles = [], interfaces = [], kernelConsoles = [], extraArguments = [] } = spec;
  onlyOnce("disks", disks, (disk) => `ubd${disk.ubd}`);
  onlyOnce("consoles", consoles, (console) => console.device);
  onlyOnce("interfaces", interfaces, (each) => each.device);
  const argv = [
    `mem=${wholeNumber("memoryMiB", spec.memoryMiB, MEMORY_MINIMUM_MIB, MEMORY_MAXIMUM_MIB)}M`,
    ...identity(spec.umid, spec.umlDir),
    // Without these two, fifteen consoles fail to parse Debian's default and any other gets a pty of its own.
    "con=null",
    "ssl=null",
    ...consoles.map(consoleArgument),
    ...kernelConsoles.map(
      (tty, i) => `console=${matching(`kernelConsoles[${i}]`, tty, KERNEL_CONSOLE, "tty0 or ttyS0")}`,
    ),
    ...disks.map(diskArgument),
    ...interfaces.map(interfaceArgument),
    ...given(spec.root, (root) => `root=${matching("root", root, ROOT, "a device such as /dev/ubda")}`),
    ...given(spec.rootMode, (mode) => matching("rootMode", mode, /^r[ow]$/, "ro or rw")),
    ...given(spec.init, (init) => `init=${path("init", init)}`),
    ...given(spec.notifyPath, (notify) => `mconsole=notify:${socketPath("notifyPath", notify)}`),
    ...given(spec.hostfsRoot, (root) => `hostfs=${path("hostfsRoot", root)}`),
    // A guest that reboots ends instead, so that whoever started it decides with what it comes back.
    // The kernel takes it by its first letters. Words that it does not know it hands to init as arguments, which a shell
    // takes for the name of a script; one with a dot it takes for a module's and drops.
    "noreboot.yes",
    // 512 old terminals make a kernel of little memory run out of threads while it boots: docs/uml.md, "Legacy terminals".
    "pty.legacy_count=0",
    ...extraArguments.map((word, i) => matching(`extraArguments[${i}]`, word, WORD, "one word without quotes")),
  ];
  const bytes = Buffer.byteLength(argv.join(" "));
  if (bytes > COMMAND_LINE_MAXIMUM_BYTES) {
    const problem = `has ${bytes} bytes; a kernel takes ${COMMAND_LINE_MAXIMUM_BYTES}`;
    throw new CommandLineError("The command line", problem, "too-long");
  }
  return argv;
};

const identity = (umid: string, umlDir: string): string[] => {
  matching("umid", umid, UMID_PATTERN, "1 to 40 letters, digits, _ and -");
  path("umlDir", umlDir);
  socketPath("umlDir with umid", mconsolePath(umlDir, umid));
  return [`umid=${umid}`, `uml_dir=${umlDir}`];
};

const consoleArgument = ({ device, input, output }: ConsoleArgument, i: number): string => {
  const at = `consoles[${i}]`;
  matching(`${at}.device`, device, CONSOLE_DEVICE, "con0 to con15 or ssl0 to ssl63");
  const channels = output === undefined ? [input] : [input, output];
  for (const channel of channels) matching(`${at} channel`, channel, CHANNEL, "a channel such as fd:3, null or pts");
  return `${device}=${channels.join(",")}`;
};

/** A disk as the command line names it, and mconsole's config takes it: ubd1r=/disks/a.img. `i` is for errors. */
export const diskArgument = ({ ubd, flags = {}, file, backing, serial }: DiskArgument, i = 0): string => {
  const at = `disks[${i}]`;
  const device = `ubd${wholeNumber(`${at}.ubd`, ubd, 0, DISKS - 1)}${flagLetters(flags)}`;
  const files = [path(`${at}.file`, file), ...given(backing, (backing) => path(`${at}.backing`, backing))];
  if (serial === undefined || serial === null) return `${device}=${files.join(",")}`;
  // The serial is the third part; an empty second one means no backing file.
  const checked = matching(`${at}.serial`, serial, SERIAL, "1 to 64 letters, digits and _ . -");
  return `${device}=${files[0]},${files[1] ?? ""},${checked}`;
};

/** An interface as the command line names it, and mconsole's config takes it. `i` is for errors. */
export const interfaceArgument = ({ device, port, peerPort, mac }: InterfaceArgument, i = 0): string => {
  const at = `interfaces[${i}]`;
  matching(`${at}.device`, device, INTERFACE, "eth0 to eth15 or vec0 to vec15");
  const ours = wholeNumber(`${at}.port`, port, 1, PORT_MAXIMUM);
  const theirs = wholeNumber(`${at}.peerPort`, peerPort, 1, PORT_MAXIMUM);
  const [address = ""] = given(mac, (mac) => matching(`${at}.mac`, mac, MAC, "six bytes such as 02:00:00:00:00:01"));
  if (device.startsWith("eth")) return `${device}=ucast,${address},127.0.0.1,${ours},${theirs}`;
  const ends = `src=127.0.0.1,srcport=${ours},dst=127.0.0.1,dstport=${theirs},rx_session=1,tx_session=1`;
  return `${device}:transport=l2tpv3,udp=1,${ends}${address === "" ? "" : `,mac=${address}`}`;
};

const flagLetters = (flags: DiskFlags): string =>
  [flags.readOnly && "r", flags.synchronous && "s", flags.shared && "c", flags.ignoreCow && "d", flags.noDiscard && "t"]
    .filter(Boolean)
    .join("");

const given = <T>(value: T | null | undefined, argument: (value: T) => string): string[] =>
  value === null || value === undefined ? [] : [argument(value)];

const matching = (parameter: string, value: string, pattern: RegExp, allowed: string): string => {
  if (!pattern.test(value)) throw new CommandLineError(parameter, `must be ${allowed}, not ${JSON.stringify(value)}`);
  return value;
};

const path = (parameter: string, value: string): string =>
  matching(parameter, value, PATH, "an absolute path without blank, comma, colon, = or quote");

const socketPath = (parameter: string, value: string): string => {
  if (!fitsUnixPath(value)) {
    throw new CommandLineError(
      parameter,
      `makes a socket's path longer than ${UNIX_PATH_MAXIMUM_BYTES} bytes: ${value}`,
    );
  }
  return path(parameter, value);
};

const wholeNumber = (parameter: string, value: number, minimum: number, maximum: number): number => {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new CommandLineError(parameter, `must be a whole number from ${minimum} to ${maximum}, not ${value}`);
  }
  return value;
};

/** The kernel keeps the first setting of a device and drops the others, so a second one is a mistake. */
const onlyOnce = <T>(parameter: string, items: readonly T[], key: (item: T) => string): void => {
  const seen = new Set<string>();
  for (const item of items) {
    if (seen.has(key(item))) throw new CommandLineError(parameter, `name ${key(item)} twice`);
    seen.add(key(item));
  }
};
