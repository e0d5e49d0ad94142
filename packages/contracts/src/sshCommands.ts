import type { EndpointName } from "./endpoints.ts";
import type { GuestAction } from "./guestCan.ts";

/** Beside --json, which all of them take. */
export type SshOption = "wait" | "timeout" | "tail";

/**
 * What can be said after the host: `ssh alice@host status web1`. Each is a call of one endpoint, so that whoever may do
 * it over ssh is whoever may do it in the page.
 */
export interface SshCommand {
  /** As typed, <…> to be given and […] if wanted. */
  readonly usage: string;
  readonly summary: string;
  readonly endpoint: EndpointName;
  /** For those that do what a button does. */
  readonly action?: GuestAction;
  readonly options?: readonly SshOption[];
}

const power = { endpoint: "guestAction", options: ["wait", "timeout"] } as const;

export const sshCommands = {
  list: { usage: "list", summary: "the guests that you may see", endpoint: "listGuests" },
  status: { usage: "status <guest>", summary: "one guest", endpoint: "getGuest" },
  boot: { usage: "boot <guest> [--wait]", summary: "boot it", action: "start", ...power },
  shutdown: { usage: "shutdown <guest> [--wait]", summary: "shut it down in order", action: "shutdown", ...power },
  restart: { usage: "restart <guest> [--wait]", summary: "restart it in order", action: "restart", ...power },
  "force-off": { usage: "force-off <guest> [--wait]", summary: "cut its power", action: "force-off", ...power },
  log: {
    usage: "log <guest> [console] [--tail <lines>]",
    summary: "what a console, or kernel, printed",
    endpoint: "readConsoleLog",
    options: ["tail"],
  },
  exec: {
    usage: "exec <guest> -- <command>",
    summary: "run it in the guest; ends as it did",
    endpoint: "execInGuest",
  },
} as const satisfies Record<string, SshCommand>;

export type SshCommandName = keyof typeof sshCommands;

/** What a key of the ssh menu does with the chosen guest. Enter opens its console. */
export interface SshMenuKey {
  readonly summary: string;
  readonly endpoint: EndpointName;
  /** Asks first, unless it is "start". */
  readonly action?: GuestAction;
}

export const sshMenuKeys = {
  b: { summary: "boot it", endpoint: "guestAction", action: "start" },
  r: { summary: "restart it in order; asks first", endpoint: "guestAction", action: "restart" },
  s: { summary: "shut it down in order; asks first", endpoint: "guestAction", action: "shutdown" },
  p: { summary: "its processes", endpoint: "listProcesses" },
  t: { summary: "what it is busy with, live", endpoint: "listProcesses" },
  h: { summary: "its history: who did what to it", endpoint: "listEvents" },
} as const satisfies Record<string, SshMenuKey>;

export type SshMenuKeyName = keyof typeof sshMenuKeys;
