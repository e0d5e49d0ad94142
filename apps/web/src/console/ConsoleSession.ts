import {
  CLIENT_FRAME_MAXIMUM_BYTES,
  CLOSE,
  type ClientFrame,
  type GuestRight,
  type GuestState,
  SCREEN_MAXIMUM_COLS,
  SCREEN_MAXIMUM_ROWS,
  type ServerFrame,
  serverFrame,
  type TypingRules,
  type ViewerPresence,
  type ViewerRole,
  type WantedRole,
  type WatchFrame,
} from "@corral/contracts";
import type { Terminal } from "@xterm/xterm";
import { type Connection, ReconnectingSocket } from "../api/ReconnectingSocket.ts";
import { Acknowledgements } from "./Acknowledgements.ts";
import { OrderedSteps } from "./OrderedSteps.ts";
import { isTerminalReport } from "./terminalReport.ts";

/** What the session needs of a terminal; xterm's own and its headless twin both have it. */
export type ConsoleScreen = Pick<
  Terminal,
  "cols" | "rows" | "write" | "resize" | "reset" | "onData" | "onBinary" | "buffer"
>;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

export interface ConsoleStatus {
  readonly connection: Connection;
  /** The server has said hello over this connection: what is typed now arrives. */
  readonly attached: boolean;
  /** undefined: not attached yet. While the connection is lost, what it was before. */
  readonly role: ViewerRole | undefined;
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
  /** The last thing that a person should know, until the next key. */
  readonly notice: string | undefined;
}

export interface ConsoleSessionOptions {
  readonly url: string;
  readonly screen: ConsoleScreen;
  /** What the window has room for. */
  readonly fit: Size;
  /** Where a boot begins in the output. */
  readonly onBoot?: (boot: number, at: string) => void;
  /** Of the watch-only link that leads here. */
  readonly secret?: string | undefined;
  readonly open?: (url: string) => WebSocket;
}

/** Why nothing can be typed now; undefined: what is typed arrives. */
export const typingBlocked = (status: ConsoleStatus | undefined): string | undefined => {
  if (status === undefined || !status.attached) return "The console is not connected.";
  if (status.role === "writer" || status.role === "cowriter") return undefined;
  return status.right === "watch" ? ONLY_WATCH : "You are watching. Take control to type.";
};

export const ONLY_WATCH = "You may watch this console, but not type into it.";

const FINAL: ReadonlySet<number> = new Set([
  CLOSE.notLoggedIn,
  CLOSE.notAllowed,
  CLOSE.notFound,
  CLOSE.guestDeleted,
  CLOSE.linkEnded,
]);

const NOT_SENT = "Not connected: what you type now is not sent.";

const encoder = new TextEncoder();

/** Within what the protocol allows. */
const attachable = ({ cols, rows }: Size): Size => ({
  cols: Math.min(SCREEN_MAXIMUM_COLS, Math.max(2, Math.floor(cols))),
  rows: Math.min(SCREEN_MAXIMUM_ROWS, Math.max(1, Math.floor(rows))),
});

/**
 * One viewer of one console, over as many connections as it takes: docs/console-protocol.md. It feeds the terminal,
 * acknowledges what the terminal has consumed, and sends what is typed. It begins at once and ends with `dispose`.
 */
export class ConsoleSession {
  readonly #screen: ConsoleScreen;
  readonly #socket: ReconnectingSocket;
  readonly #onBoot: ConsoleSessionOptions["onBoot"];
  readonly #listeners = new Set<() => void>();
  readonly #outputListeners = new Set<(bytes: Uint8Array) => void>();
  readonly #disposables: { dispose(): void }[];
  #status: ConsoleStatus;
  #disposed = false;

  /** Size that this window has room for. */
  #fit: Size;
  /** A person who chose to watch goes on watching after a reconnect. */
  #wanted: WantedRole;
  readonly #secret: string | undefined;

  /** Offset of the next byte from the server; undefined: nothing came yet, a snapshot is wanted. */
  #received: number | undefined;
  readonly #acknowledgements = new Acknowledgements({
    send: (offset) => this.#tell({ type: "ack", offset }),
    onIdle: () => this.#look(),
  });

  /** Old output is being written: what the terminal answers to it was answered, or given up on, when it was new. */
  #snapshotsUnderWay = 0;
  /** Bytes before this offset were printed before this connection was made. */
  #liveFrom = 0;
  /** The terminal has taken in all bytes before this offset. */
  #parsedTo = 0;

  /** What is to be done to the terminal, in the order in which it came. */
  readonly #steps = new OrderedSteps();

  constructor({ url, screen, fit, onBoot, secret, open }: ConsoleSessionOptions) {
    this.#secret = secret;
    this.#wanted = secret === undefined ? "writer" : "spy";
    this.#screen = screen;
    this.#onBoot = onBoot;
    this.#fit = attachable(fit);
    this.#status = {
      connection: { kind: "connecting", failures: 0 },
      attached: false,
      role: undefined,
      viewer: undefined,
      viewers: [],
      rules: { shared: false, recorded: false },
      right: undefined,
      size: this.#fit,
      state: undefined,
      filled: 0,
      notice: undefined,
    };
    this.#disposables = [
      screen.onData((data) => this.#typed(data)),
      // Mouse reports of the old kind: each character is a byte.
      screen.onBinary((data) => this.#send(Uint8Array.from(data, (character) => character.charCodeAt(0) & 0xff))),
    ];
    this.#socket = new ReconnectingSocket({
      url: () => url,
      onOpen: () => this.#attach(),
      onMessage: (data) => (typeof data === "string" ? this.#control(data) : this.#output(new Uint8Array(data))),
      onConnection: (connection) => this.#show({ connection, attached: false }),
      isFinal: (code) => {
        // It did not understand us: begin afresh rather than ask for the same again.
        if (code === CLOSE.badFrame) this.#received = undefined;
        return FINAL.has(code);
      },
      ...(open !== undefined && { open }),
    });
    this.#socket.connect();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly status = (): ConsoleStatus => this.#status;

  /** Hears every byte that comes live, as it comes. */
  watchOutput(listener: (bytes: Uint8Array) => void): () => void {
    this.#outputListeners.add(listener);
    return () => this.#outputListeners.delete(listener);
  }

  /** The window has room for this much. The writer's console follows; a spy keeps the console's true size. */
  setFit(fit: Size): void {
    this.#fit = attachable(fit);
    // Nothing follows a viewer's window yet, but it will at once when this viewer takes control.
    if (this.#status.attached && this.#status.role !== "writer") this.#tell({ type: "resize", ...this.#fit });
    this.#resize();
  }

  take(): void {
    this.#wanted = "writer";
    this.#tell({ type: "take" });
  }

  release(): void {
    this.#wanted = "spy";
    this.#tell({ type: "release" });
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#acknowledgements.dispose();
    this.#steps.dispose();
    this.#socket.close();
    for (const disposable of this.#disposables) disposable.dispose();
    this.#listeners.clear();
    this.#outputListeners.clear();
  }

  #show(change: Partial<ConsoleStatus>): void {
    this.#status = { ...this.#status, ...change };
    for (const listener of this.#listeners) listener();
  }

  #tell(frame: ClientFrame | WatchFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #attach(): void {
    const { cols, rows } = this.#fit;
    if (this.#secret !== undefined) this.#tell({ type: "watch", secret: this.#secret });
    this.#tell({
      type: "attach",
      cols,
      rows,
      role: this.#wanted,
      ...(this.#received !== undefined && { since: this.#received }),
    });
  }

  #control(text: string): void {
    const parsed = serverFrame.safeParse(JSON.parse(text));
    // A newer server may say things that this page does not know.
    if (parsed.success) this.#obey(parsed.data);
  }

  #obey(frame: ServerFrame): void {
    switch (frame.type) {
      case "hello": {
        const { viewer, role, cols, rows, state, viewers, rules, right, offset, end } = frame;
        this.#liveFrom = end;
        this.#startAt(offset);
        const size = { cols, rows };
        this.#show({ attached: true, viewer, role, size, state, viewers, rules, right, notice: undefined });
        this.#resize();
        break;
      }
      case "snapshot": {
        const { cols, rows, screen, offset } = frame;
        this.#startAt(offset);
        this.#snapshotsUnderWay++;
        this.#steps.add(async () => {
          await this.#parsed();
          this.#screen.reset();
          // Lines break where they broke; at another width the picture would be garbled.
          this.#screen.resize(cols, rows);
          this.#screen.write(screen);
          await this.#parsed();
          this.#snapshotsUnderWay--;
          this.#look();
        });
        this.#resize();
        break;
      }
      case "resize":
        this.#show({ size: { cols: frame.cols, rows: frame.rows } });
        this.#resize();
        break;
      case "viewers":
        this.#show({ viewers: frame.viewers });
        break;
      case "rules":
        this.#show({ rules: frame.rules });
        break;
      case "role": {
        const { role, by } = frame;
        const bumped = role === "spy" && this.#wanted === "writer" && by !== null;
        this.#show({ role, notice: bumped ? `${by} took control; you are watching.` : undefined });
        this.#resize();
        break;
      }
      case "state":
        this.#show({ state: frame.state });
        break;
      case "boot":
        this.#steps.add(async () => {
          await this.#parsed();
          this.#onBoot?.(frame.boot, frame.at);
        });
        break;
      case "gap":
        this.#startAt(frame.to);
        break;
      case "warning":
        this.#show({ notice: frame.message });
        break;
    }
  }

  /** The next binary byte has this offset. */
  #startAt(offset: number): void {
    this.#received = offset;
    this.#acknowledgements.startAt(offset);
    this.#steps.add(async () => {
      await this.#parsed();
      this.#parsedTo = offset;
    });
  }

  #output(bytes: Uint8Array): void {
    const from = this.#received ?? 0;
    // History ends inside this frame: the terminal must know which of its answers belong to which part.
    const history = this.#liveFrom - from;
    if (history > 0 && history < bytes.length) {
      this.#write(bytes.subarray(0, history), this.#liveFrom);
      this.#write(bytes.subarray(history), from + bytes.length);
    } else {
      this.#write(bytes, from + bytes.length);
    }
  }

  /** `end`: offset of the byte after the last. */
  #write(bytes: Uint8Array, end: number): void {
    this.#received = end;
    if (end > this.#liveFrom) for (const listener of this.#outputListeners) listener(bytes);
    this.#steps.add(() => {
      this.#screen.write(bytes, () => {
        if (this.#disposed) return;
        this.#parsedTo = end;
        this.#acknowledgements.consumed(end);
      });
    });
  }

  #look(): void {
    const { active } = this.#screen.buffer;
    let row = this.#screen.rows;
    while (row > 0 && (active.getLine(active.baseY + row - 1)?.translateToString(true) ?? "").trim() === "") row--;
    const filled = row / this.#screen.rows;
    if (filled !== this.#status.filled) this.#show({ filled });
  }

  #replaying(): boolean {
    return this.#snapshotsUnderWay > 0 || this.#parsedTo < this.#liveFrom;
  }

  #typed(data: string): void {
    const report = isTerminalReport(data);
    if (report && (this.#replaying() || this.#status.role !== "writer")) return;
    if (this.#status.role === undefined) return;
    if (this.#status.role === "spy") {
      this.#show({ notice: typingBlocked({ ...this.#status, attached: true }) });
      return;
    }
    if (!this.#status.attached) {
      // Kept for later it would be typed into whatever the console has become by then.
      if (!report) this.#show({ notice: NOT_SENT });
      return;
    }
    if (this.#status.notice !== undefined && !report) this.#show({ notice: undefined });
    this.#send(encoder.encode(data));
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    if (typingBlocked(this.#status) !== undefined) return;
    for (let from = 0; from < bytes.length; from += CLIENT_FRAME_MAXIMUM_BYTES) {
      this.#socket.send(bytes.subarray(from, from + CLIENT_FRAME_MAXIMUM_BYTES));
    }
  }

  #resize(): void {
    const { role, size, connection } = this.#status;
    const writes = role === "writer";
    const wanted = writes || role === undefined ? this.#fit : size;
    this.#steps.add(async () => {
      if (this.#screen.cols === wanted.cols && this.#screen.rows === wanted.rows) return;
      await this.#parsed();
      this.#screen.resize(wanted.cols, wanted.rows);
    });
    if (!writes || connection.kind !== "open" || (size.cols === wanted.cols && size.rows === wanted.rows)) return;
    this.#tell({ type: "resize", ...wanted });
    this.#show({ size: wanted });
  }

  /** Resolves when the terminal has taken in all that was written to it. */
  #parsed(): Promise<void> {
    return new Promise((resolve) => this.#screen.write("", resolve));
  }
}
