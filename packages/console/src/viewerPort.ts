/**
 * `writer` has the seat: the guest's window follows its own, and what a terminal answers by itself is its to send.
 * `cowriter` types as well, into a shared console. `spy` watches.
 */
export type ViewerRole = "writer" | "cowriter" | "spy";
/** What one may ask for. */
export type WantedRole = "writer" | "spy";

/** What holds for everybody who types into a console. */
export interface TypingRules {
  /** All who want to type do so together; otherwise one at a time. */
  readonly shared: boolean;
  /** What is typed is kept, not only how much. */
  readonly recorded: boolean;
}

export interface ViewerPresence {
  readonly id: string;
  readonly user: string;
  /** Where from, in words for people: an address, "ssh". */
  readonly from: string;
  readonly role: ViewerRole;
  /** ISO 8601 */
  readonly since: string;
}

/**
 * What a viewer is told beside the bytes. `resize`, `boot`, `off`, `gap` and `snapshot` stand at their exact place in the byte
 * stream; `role`, `rules`, `viewers` and `warning` are sent at once, wherever the viewer's stream is.
 */
export type ViewerEvent =
  | {
      readonly type: "hello";
      readonly viewer: string;
      readonly role: ViewerRole;
      /** The size at `offset`, which may be an older one that a `resize` in the stream changes. */
      readonly cols: number;
      readonly rows: number;
      /** Offset of the next byte, unless a snapshot comes first. */
      readonly offset: number;
      /** Offset of the next byte to be printed: what comes before it is history, what comes after is live. */
      readonly end: number;
      readonly viewers: readonly ViewerPresence[];
      readonly rules: TypingRules;
    }
  | {
      readonly type: "snapshot";
      readonly cols: number;
      readonly rows: number;
      /** Text that draws the screen and its scrollback when written to a terminal that was reset to this size. */
      readonly screen: string;
      /** Offset of the next byte. */
      readonly offset: number;
    }
  | { readonly type: "resize"; readonly cols: number; readonly rows: number }
  | { readonly type: "boot"; readonly boot: number; readonly offset: number /** ISO 8601 */; readonly at: string }
  /** What printed here has ended at `offset`: the terminal is a new one from there on, as it is at a boot. */
  | { readonly type: "off"; readonly offset: number }
  /** Bytes from `from` (included) to `to` (excluded) are not sent to this viewer. */
  | { readonly type: "gap"; readonly from: number; readonly to: number }
  | { readonly type: "viewers"; readonly viewers: readonly ViewerPresence[] }
  /** The receiver's role now; `by` is the user whose takeover is announced, null when nobody took it from anybody. */
  | { readonly type: "role"; readonly role: ViewerRole; readonly by: string | null }
  | { readonly type: "rules"; readonly rules: TypingRules }
  /**
   * How far this viewer's input has come: `passed` bytes of it went to the guest or were dropped, of all that it sent;
   * `waiting` bytes of everybody's still wait. `full`: the guest takes nothing at the moment.
   */
  | { readonly type: "input"; readonly passed: number; readonly waiting: number; readonly full: boolean }
  | { readonly type: "warning"; readonly message: string };

/** Why a port is closed from this side. */
export type CloseReason = "disposed" | "too-slow";

/** The way to one viewer: a WebSocket, an ssh channel. No method may throw or block. */
export interface ViewerPort {
  send(event: ViewerEvent): void;
  /** The buffer is shared between viewers: it must not be changed. */
  sendBytes(bytes: Uint8Array): void;
  /** Bytes taken by send and sendBytes that have not gone out yet. */
  bufferedBytes(): number;
  /** Too much of this viewer's input waits: read no more of it, until told to go on. */
  holdInput?(hold: boolean): void;
  /** The viewer is detached already when this is called. */
  close(reason: CloseReason): void;
}
