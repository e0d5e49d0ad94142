/*
 * Which commands may be sent at all. The kernel takes what it gets: it matches commands by their first letters, and
 * some of them end the guest or mconsole itself (docs/uml.md, "mconsole: what wrecks a guest"). So this is a list of
 * what is known to be right, not of what is known to be wrong.
 */

/** First kernel whose mconsole survives sysrq t: on 6.1 and 6.12 it dereferences a task without memory and panics. */
const SYSRQ_T_WORKS_FROM_MAJOR = 7;

/** Tried one by one on 6.1, each on a fresh guest. Other keys only print the help, or are refused below. */
const SYSRQ_KEYS = /^[0-9efhijmnopqsuw]$/;

/** What each command takes, and what to say when it is given something else. */
const ARGUMENTS = new Map<string, { readonly allowed: RegExp; readonly form: string }>([
  ["version", { allowed: /^$/, form: "version takes no argument" }],
  ["help", { allowed: /^$/, form: "help takes no argument" }],
  ["halt", { allowed: /^$/, form: "halt takes no argument" }],
  ["reboot", { allowed: /^$/, form: "reboot takes no argument" }],
  ["cad", { allowed: /^$/, form: "cad takes no argument" }],
  ["stop", { allowed: /^$/, form: "stop takes no argument" }],
  ["go", { allowed: /^$/, form: "go takes no argument" }],
  [
    "config",
    {
      allowed: /^((con|ssl|ubd|eth|vec)[0-9a-z]{1,8}|mem)([=:][\x20-\x7e]+)?$/,
      form: "config takes a device, such as con1 or ubd0, and = (vecN: a colon) with its setting, in printable ASCII",
    },
  ],
  [
    "remove",
    {
      allowed: /^(con|ssl|ubd|eth|vec)[0-9a-z]{1,3}$/,
      form: "remove takes a device, such as con1 or ubd0",
    },
  ],
  ["sysrq", { allowed: /^.$/, form: "sysrq takes one key" }],
  ["log", { allowed: /^[^\p{Cc}]+\n$/u, form: "log takes one line of text without control characters" }],
  [
    "proc",
    {
      allowed: /^[A-Za-z0-9_.:-]+(\/[A-Za-z0-9_.:-]+)*$/,
      form: "proc takes the name of a file below /proc, such as meminfo or sys/kernel/osrelease",
    },
  ],
  ["stack", { allowed: /^[1-9][0-9]{0,9}$/, form: "stack takes the pid of a process of the guest" }],
]);

/**
 * Why `command` is not sent to a guest of this kernel (null: not known which), or null where it may be. `mayPanic`: the
 * one command whose purpose is a panic is wanted.
 */
export const whyForbidden = (
  command: string,
  kernelVersion: string | null,
  { mayPanic = false }: { readonly mayPanic?: boolean } = {},
): string | null => {
  const blank = command.indexOf(" ");
  const name = blank === -1 ? command : command.slice(0, blank);
  const argument = blank === -1 ? "" : command.slice(blank + 1);
  const known = ARGUMENTS.get(name);
  if (known === undefined) return `${JSON.stringify(command)} does not begin with a command that mconsole knows.`;
  if (!known.allowed.test(argument)) return `${known.form}.`;
  if (name === "sysrq") return mayPanic && argument === "c" ? null : whyForbiddenKey(argument, kernelVersion);
  if (name === "proc") return whyForbiddenFile(argument);
  return null;
};

const whyForbiddenKey = (key: string, kernelVersion: string | null): string | null => {
  if (key === "t") {
    const major = Number.parseInt(kernelVersion ?? "", 10);
    return major >= SYSRQ_T_WORKS_FROM_MAJOR ? null : "sysrq t by mconsole makes a kernel before 7 panic.";
  }
  if (key === "b") return "sysrq b by mconsole hangs the guest at full load. Use reboot.";
  if (key === "c") return "sysrq c makes the guest panic, and is never answered.";
  return SYSRQ_KEYS.test(key) ? null : `sysrq ${JSON.stringify(key)} is not a key that is known to be harmless.`;
};

/** Files that never end, or that wait for something to happen while all of mconsole waits for them. */
const ENDLESS_FILE = /^(kcore|kmsg|kpage[a-z]*)$/;
/** A process's folder has links to anywhere (root, cwd, fd), /dev/zero among it. Little else in it can be read. */
const PROCESS_FOLDER = /^([0-9]+|self|thread-self)$/;
const PROCESS_FILES = /^(mounts|mountinfo|mountstats)$/;

const whyForbiddenFile = (path: string): string | null => {
  const parts = path.split("/");
  const [first = "", second = ""] = parts;
  if (parts.some((part) => part === "." || part === "..")) return "proc takes no . or .. in a path.";
  if (ENDLESS_FILE.test(first)) return `/proc/${first} has no end: reading it by mconsole takes the guest down.`;
  if (PROCESS_FOLDER.test(first) && !(parts.length === 2 && PROCESS_FILES.test(second))) {
    return "Of a process, proc shows only mounts, mountinfo and mountstats; others fail or may never end.";
  }
  return null;
};
