import type { GuestRight, GuestState, TypingRules, ViewerPresence, ViewerRole } from "@corral/contracts";
import type { Connection } from "../api/ReconnectingSocket.ts";

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** What a page shows of a session at a console, beside its output. */
export interface ConsoleStatus {
  readonly connection: Connection;
  /** The server has said hello over this connection: what is typed now arrives. */
  readonly attached: boolean;
  /** undefined: not attached yet. While the connection is lost, what it was before. */
  readonly role: ViewerRole | undefined;
  /** Control was asked for, and the server takes frames in order: what is typed now comes from the writer. */
  readonly taking: boolean;
  /** My own id among the viewers. */
  readonly viewer: string | undefined;
  readonly viewers: readonly ViewerPresence[];
  readonly rules: TypingRules;
  /** What I may do with the guest; undefined: not attached yet. */
  readonly right: GuestRight | undefined;
  /** The console's size, which follows the writer. */
  readonly size: Size;
  readonly state: GuestState | undefined;
  /** How much of the screen has text, from the top: 0 is a blank one, 1 one that is written to its last line. */
  readonly filled: number;
  /** What was typed and did not arrive, until a person has taken note of it. */
  readonly unsent: string;
  /** The last thing that a person should know, until the next key. */
  readonly notice: string | undefined;
  /** The guest takes nothing of what is typed: so many bytes wait. */
  readonly full: number | undefined;
}

/** Before anything came from the server. */
export const notYetAttached = (size: Size): ConsoleStatus => ({
  connection: { kind: "connecting", failures: 0 },
  attached: false,
  role: undefined,
  taking: false,
  viewer: undefined,
  viewers: [],
  rules: { shared: false, recorded: false },
  right: undefined,
  size,
  state: undefined,
  filled: 0,
  unsent: "",
  notice: undefined,
  full: undefined,
});

/** Why nothing can be typed now; undefined: what is typed arrives. */
export const typingBlocked = (status: ConsoleStatus | undefined): string | undefined => {
  if (status === undefined || !status.attached) return "The console is not connected.";
  if (status.role === "writer" || status.role === "cowriter" || status.taking) return undefined;
  return status.right === "watch" ? ONLY_WATCH : "You are watching. Take control to type.";
};

export const ONLY_WATCH = "You may watch this console, but not type into it.";
