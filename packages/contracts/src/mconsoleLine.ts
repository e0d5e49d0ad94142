import type { Client } from "./client.ts";
import { CorralError } from "./errors.ts";
import { sysrqPress } from "./mconsole.ts";
import { SYSRQ_KEYS } from "./sysrqKeys.ts";

/*
 * A line as one types it to uml_mconsole, for the page's prompt and the command line alike: each goes to the endpoint of
 * its command, so that it needs no more rights than that one.
 */

/** What may be typed first, and what it takes, in the order of the help. */
export const MCONSOLE_COMMANDS = [
  { name: "version", takes: "", meaning: "the kernel that answers" },
  { name: "help", takes: "", meaning: "this list" },
  { name: "config", takes: "<device>[=<setting>]", meaning: "the setting of a device, or a new one (admins)" },
  { name: "remove", takes: "<device>", meaning: "unplug a device for this run" },
  { name: "sysrq", takes: "<key>", meaning: "press a SysRq key" },
  { name: "proc", takes: "<file>", meaning: "a file of the guest's /proc" },
  { name: "stack", takes: "<pid>", meaning: "the kernel stack of a process" },
  { name: "log", takes: "<text>", meaning: "put a line into the kernel log" },
  { name: "cad", takes: "", meaning: "press Ctrl-Alt-Del" },
  { name: "stop", takes: "", meaning: "pause the guest" },
  { name: "go", takes: "", meaning: "let a paused guest go on" },
  { name: "halt", takes: "", meaning: "power off, with the disks written if the guest still can" },
  { name: "reboot", takes: "", meaning: "power off as halt does, and boot again" },
  { name: "raw", takes: "<command>", meaning: "anything, as it is (admins)" },
] as const;

/** Files of /proc that can be read so, and are worth it: docs/uml.md, "mconsole protocol". */
export const PROC_FILES = [
  "meminfo",
  "loadavg",
  "uptime",
  "stat",
  "vmstat",
  "cpuinfo",
  "diskstats",
  "partitions",
  "interrupts",
  "softirqs",
  "1/mounts",
  "filesystems",
  "devices",
  "version",
  "cmdline",
  "zoneinfo",
  "buddyinfo",
  "crypto",
  "timer_list",
  "tty/drivers",
  "sys/kernel/hostname",
  "sys/kernel/osrelease",
  "sys/kernel/panic",
] as const;

const DEVICES = ["con0", "con1", "ubd0", "ubd1", "ubd2", "mem", "ssl0", "vec0", "eth0"];

/** Whole lines that begin with what was typed so far. */
export const completeMconsole = (typed: string): string[] => {
  const [name = "", ...rest] = typed.split(" ");
  if (rest.length === 0) return MCONSOLE_COMMANDS.map((each) => each.name).filter((each) => each.startsWith(name));
  const begun = rest.join(" ");
  const words: Record<string, readonly string[]> = {
    proc: PROC_FILES,
    config: DEVICES,
    remove: DEVICES.filter((each) => each !== "mem"),
    sysrq: SYSRQ_KEYS.map(({ key }) => key),
    raw: MCONSOLE_COMMANDS.map((each) => each.name),
  };
  return (words[name] ?? []).filter((word) => word.startsWith(begun)).map((word) => `${name} ${word}`);
};

export const mconsoleHelp = (): string =>
  MCONSOLE_COMMANDS.map(({ name, takes, meaning }) => `  ${`${name} ${takes}`.padEnd(32)}${meaning}`).join("\n");

interface Line {
  readonly client: Client;
  /** Id or name. */
  readonly guest: string;
  readonly line: string;
  /** Whoever typed it was asked already. */
  readonly confirm?: boolean;
}

/**
 * Does what a line says, and resolves to the answer in words. Rejects with CorralError: needs_confirmation where a person
 * is to be asked first, invalid_request for what is no command.
 */
export const runMconsoleLine = async ({ client, guest, line, confirm = false }: Line): Promise<string> => {
  const [, name = "", argument = ""] = /^\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
  const params = { id: guest };
  const text = async (answer: Promise<{ text: string }>): Promise<string> => (await answer).text;
  const act = async (answer: Promise<{ state: string; definition: { name: string } }>): Promise<string> => {
    const { state, definition } = await answer;
    return `${definition.name} is ${state}.`;
  };
  const sure = (meaning: string): void => {
    if (!confirm) throw new CorralError("needs_confirmation", `${name}: ${meaning}`);
  };
  switch (name) {
    case "version":
      return text(client.mconsoleVersion({ params }));
    case "help":
      return mconsoleHelp();
    case "config": {
      const [, device = "", value] = /^([a-z0-9]+)(?:[=:](.*))?$/.exec(argument) ?? [];
      if (value === undefined) return text(client.mconsoleConfig({ params: { ...params, device } }));
      return text(client.mconsoleSetConfig({ params, body: { device, value } }));
    }
    case "remove":
      return text(client.mconsoleRemove({ params, body: { device: argument } }));
    case "sysrq":
      if (!sysrqPress.safeParse({ key: argument }).success) throw usage("sysrq takes one key, such as sysrq m.");
      return text(client.mconsoleSysrq({ params, body: { key: argument, confirm } }));
    case "proc":
      return text(client.mconsoleProc({ params, query: { path: argument } }));
    case "stack":
      if (argument === "") throw usage("stack takes the number of a process, such as stack 1.");
      return text(client.mconsoleStack({ params: { ...params, pid: argument } }));
    case "log":
      return text(client.mconsoleLog({ params, body: { lines: [argument] } }));
    case "raw":
      return text(client.mconsoleRaw({ params, body: { command: argument, confirm } }));
    case "cad":
      return act(client.mconsoleCad({ params }));
    case "stop":
      return act(client.mconsoleStop({ params }));
    case "go":
      return act(client.mconsoleGo({ params }));
    case "halt":
      sure("What the guest cannot write to its disks any more is lost; connections are cut.");
      return act(client.mconsoleHalt({ params }));
    case "reboot":
      sure("What the guest cannot write to its disks any more is lost; connections are cut.");
      return act(client.mconsoleReboot({ params }));
    default:
      throw usage(`There is no command "${name}". help lists what there is.`);
  }
};

const usage = (message: string): CorralError => new CorralError("invalid_request", message);
