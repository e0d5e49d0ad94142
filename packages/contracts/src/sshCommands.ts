import type { EndpointName } from "./endpoints.ts";
import type { GuestAction } from "./guestCan.ts";

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
}

export const sshCommands = {
  list: { usage: "list [--json]", summary: "the guests that you may see", endpoint: "listGuests" },
  status: { usage: "status <guest> [--json]", summary: "one guest", endpoint: "getGuest" },
  boot: { usage: "boot <guest>", summary: "boot it", endpoint: "guestAction", action: "start" },
  shutdown: {
    usage: "shutdown <guest>",
    summary: "shut it down in order",
    endpoint: "guestAction",
    action: "shutdown",
  },
  restart: { usage: "restart <guest>", summary: "restart it in order", endpoint: "guestAction", action: "restart" },
  "force-off": {
    usage: "force-off <guest>",
    summary: "cut its power",
    endpoint: "guestAction",
    action: "force-off",
  },
  log: {
    usage: "log <guest> [console] [--tail <lines>]",
    summary: "what a console has printed, or the kernel (console: kernel)",
    endpoint: "readConsoleLog",
  },
  exec: {
    usage: "exec <guest> -- <command>",
    summary: "run a command in it over the guest link, and end as it did",
    endpoint: "execInGuest",
  },
} as const satisfies Record<string, SshCommand>;

export type SshCommandName = keyof typeof sshCommands;
