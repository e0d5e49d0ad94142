import type { Socket } from "node:net";

interface Source {
  /**
   * Called once, after every byte has been read and logged: null when the line has hung up, else the error that ended
   * reading. Not called after `disconnect` or `dispose`.
   */
  onEnd?(error: Error | null): void;
  /** Whether the guest's terminal is in raw mode, asked inside the guest; null: nobody there can tell. Must not reject. */
  isRaw?(): Promise<boolean | null>;
}

/** A terminal of the host: a pty whose other end a guest holds. */
export interface TerminalSource extends Source {
  /** Read from. It belongs to the Console from `connect` on, which makes it non-blocking and closes it. */
  readonly fd: number;
  /** Where what is typed goes: left out, to the same; null, nowhere. The Console closes it too. It must be non-blocking. */
  readonly inputFd?: number | null;
  /** Sets the pty's window size (TIOCSWINSZ on the master). Must not throw. */
  resize(cols: number, rows: number): void;
}

/** A connection to a telnet server. */
export interface TelnetSource extends Source {
  /** It belongs to the Console from `connect` on. */
  readonly telnet: Socket;
  /** The server was greeted over this connection before, by an earlier process: it knows what is agreed upon. */
  readonly agreed: boolean;
}

/** Where a console's bytes come from, and go to. */
export type ConsoleSource = TerminalSource | TelnetSource;

/** What of a source is read; both kinds tell a listener. */
export interface LineListener {
  /** Called after each single read(2), before anything else. The bytes are only lent. */
  keep(bytes: Uint8Array): void;
  /** What was kept since the last call, in one piece that nobody changes any more. */
  pass(chunk: Buffer): void;
  /** How many reads under load, 8 ms apart, to pass on in one piece. */
  readsAPass(): number;
  /** null for a hang-up. Not called after `close`. */
  end(error: Error | null): void;
}

/** One source while it is connected. */
export interface Line {
  /** Passes on what can be read now. */
  drain(): void;
  /** How many of these bytes it took now; null when it has hung up. */
  write(bytes: Uint8Array): number | null;
  /** Bytes that were written and that the guest's kernel has not taken; null: that cannot be told. */
  unread(): number | null;
  /** Throws away what is unread. */
  dropUnread(): void;
  /** Whether what is typed goes anywhere. */
  readonly takesInput: boolean;
  resize(cols: number, rows: number): void;
  /** Stops, and gives back what it holds. Idempotent. */
  close(): void;
}
