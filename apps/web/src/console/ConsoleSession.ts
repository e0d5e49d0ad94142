import {
  CLOSE,
  type ClientFrame,
  SCREEN_MAXIMUM_COLS,
  SCREEN_MAXIMUM_ROWS,
  type ServerFrame,
  serverFrame,
  type WantedRole,
  type WatchFrame,
} from "@corral/contracts";
import { type Connection, ReconnectingSocket } from "../api/ReconnectingSocket.ts";
import { ConsoleInput, type ConsoleInputOptions } from "./ConsoleInput.ts";
import { ConsoleOutput, type ConsoleOutputOptions } from "./ConsoleOutput.ts";
import { type ConsoleStatus, notYetAttached, type Size } from "./ConsoleStatus.ts";
import { UnsentInput } from "./UnsentInput.ts";

/** What the session needs of a terminal; xterm's own and its headless twin both have it. */
export type ConsoleScreen = ConsoleOutputOptions["screen"] & ConsoleInputOptions["screen"];

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

const FINAL: ReadonlySet<number> = new Set([
  CLOSE.notLoggedIn,
  CLOSE.notAllowed,
  CLOSE.notFound,
  CLOSE.guestDeleted,
  CLOSE.linkEnded,
]);

/** Within what the protocol allows. */
const attachable = ({ cols, rows }: Size): Size => ({
  cols: Math.min(SCREEN_MAXIMUM_COLS, Math.max(2, Math.floor(cols))),
  rows: Math.min(SCREEN_MAXIMUM_ROWS, Math.max(1, Math.floor(rows))),
});

/**
 * One viewer of one console, over as many connections as it takes: docs/console-protocol.md. It begins at once and ends
 * with `dispose`.
 */
export class ConsoleSession {
  readonly #output: ConsoleOutput;
  readonly #input: ConsoleInput;
  readonly #unsent = new UnsentInput((unsent) => this.#show({ unsent }));
  readonly #socket: ReconnectingSocket;
  readonly #onBoot: ConsoleSessionOptions["onBoot"];
  readonly #listeners = new Set<() => void>();
  #status: ConsoleStatus;
  #disposed = false;

  /** Size that this window has room for. */
  #fit: Size;
  /** A person who chose to watch goes on watching after a reconnect. */
  #wanted: WantedRole;
  readonly #secret: string | undefined;

  constructor({ url, screen, fit, onBoot, secret, open }: ConsoleSessionOptions) {
    this.#secret = secret;
    this.#wanted = secret === undefined ? "writer" : "spy";
    this.#onBoot = onBoot;
    this.#fit = attachable(fit);
    this.#status = notYetAttached(this.#fit);
    this.#output = new ConsoleOutput({
      screen,
      acknowledge: (offset) => this.#tell({ type: "ack", offset }),
      onFilled: (filled) => {
        if (filled !== this.#status.filled) this.#show({ filled });
      },
    });
    this.#input = new ConsoleInput({
      screen,
      status: this.status,
      isReplaying: () => this.#output.isReplaying,
      notice: (notice) => this.#show({ notice }),
      send: (frame) => this.#socket.send(frame),
      unsent: this.#unsent,
    });
    this.#socket = new ReconnectingSocket({
      url: () => url,
      onOpen: () => this.#attach(),
      onMessage: (data) => (typeof data === "string" ? this.#control(data) : this.#output.write(new Uint8Array(data))),
      onConnection: (connection) => this.#connection(connection),
      isFinal: (code) => {
        // It did not understand us: begin afresh rather than ask for the same again.
        if (code === CLOSE.badFrame) this.#output.forget();
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
    return this.#output.watch(listener);
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
    this.#show({ taking: this.#status.attached && this.#status.right !== "watch" });
  }

  /** Lines that are longer than a terminal holds are sent all the same: a person said that the program takes them. */
  allowLongLines(allowed: boolean): void {
    this.#tell({ type: "longLines", allowed });
  }

  release(): void {
    this.#wanted = "spy";
    this.#tell({ type: "release" });
    this.#show({ taking: false });
  }

  /** Ends what programs have set in this terminal: mouse reports, the alternate screen and the like. Others keep theirs. */
  renewTerminal(): void {
    this.#output.renew();
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#output.dispose();
    this.#socket.close();
    this.#input.dispose();
    this.#listeners.clear();
  }

  /** A person has taken note of what did not arrive. */
  forgetUnsent(): void {
    this.#unsent.forget();
  }

  #connection(connection: Connection): void {
    const wasOpen = this.#status.connection.kind === "open";
    if (wasOpen && connection.kind !== "open") this.#unsent.lost();
    this.#show({ connection, ...(wasOpen && connection.kind === "open" ? {} : { attached: false, taking: false }) });
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
    const since = this.#output.received;
    if (this.#secret !== undefined) this.#tell({ type: "watch", secret: this.#secret });
    this.#tell({
      type: "attach",
      cols,
      rows,
      role: this.#wanted,
      ...(since !== undefined && { since }),
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
        this.#output.connectedAt(offset, end);
        const size = { cols, rows };
        this.#unsent.attached(frame.acknowledges ?? false);
        this.#show({ attached: true, viewer, role, size, state, viewers, rules, right, notice: undefined });
        this.#resize();
        break;
      }
      case "snapshot":
        this.#output.draw(frame);
        this.#resize();
        break;
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
        this.#show({ role, taking: false, notice: bumped ? `${by} took control; you are watching.` : undefined });
        this.#resize();
        break;
      }
      case "state":
        this.#show({ state: frame.state });
        break;
      case "off":
        this.#output.renewAt(frame.offset);
        break;
      case "boot":
        this.#output.renewAt(frame.offset);
        this.#output.whenReached(() => this.#onBoot?.(frame.boot, frame.at));
        break;
      case "typed":
        this.#unsent.arrived(frame.bytes);
        break;
      case "gap":
        this.#output.startAt(frame.to);
        break;
      case "input": {
        const full = frame.full ? frame.waiting : undefined;
        if (full !== this.#status.full) this.#show({ full });
        break;
      }
      case "warning":
        this.#show({ notice: frame.message });
        break;
    }
  }

  #resize(): void {
    const { role, size, connection } = this.#status;
    const writes = role === "writer";
    const wanted = writes || role === undefined ? this.#fit : size;
    this.#output.resize(wanted);
    if (!writes || connection.kind !== "open" || (size.cols === wanted.cols && size.rows === wanted.rows)) return;
    this.#tell({ type: "resize", ...wanted });
    this.#show({ size: wanted });
  }
}
