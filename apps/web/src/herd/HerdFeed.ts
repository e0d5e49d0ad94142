import { CLOSE, HERD_SHOWN_MAXIMUM, type HerdFrame, type HerdRun, herdFrame } from "@corral/contracts";
import { type Connection, ReconnectingSocket } from "../api/ReconnectingSocket.ts";

/** What comes into view in one movement of the wheel is asked for together. */
const ASK_AFTER_MS = 50;

/** What one guest's console shows. */
export interface HerdScreen {
  readonly console: string;
  readonly cols: number;
  readonly rows: number;
  readonly lines: readonly (readonly HerdRun[])[];
  readonly cursor: readonly [col: number, row: number] | null;
}

export interface HerdFeedOptions {
  readonly url: string;
  readonly open?: (url: string) => WebSocket;
}

/** The screens of the guests that are in view, over one socket. It begins at once and ends with `close`. */
export class HerdFeed {
  readonly #socket: ReconnectingSocket;
  readonly #watched = new Map<string, (screen: HerdScreen) => void>();
  readonly #screens = new Map<string, HerdScreen>();
  #connection: Connection = { kind: "connecting", failures: 0 };
  readonly #listeners = new Set<() => void>();
  #ask: ReturnType<typeof setTimeout> | undefined;

  constructor({ url, open }: HerdFeedOptions) {
    this.#socket = new ReconnectingSocket({
      url: () => url,
      onOpen: () => this.#askNow(),
      onMessage: (data) => this.#receive(data),
      onConnection: (connection) => {
        this.#connection = connection;
        for (const listener of this.#listeners) listener();
      },
      isFinal: (code) => code === CLOSE.notLoggedIn,
      ...(open !== undefined && { open }),
    });
    this.#socket.connect();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly connection = (): Connection => this.#connection;

  /** A guest came into view: calls `onScreen` with each of its screens until the function returned is called. */
  watch(guest: string, onScreen: (screen: HerdScreen) => void): () => void {
    this.#watched.set(guest, onScreen);
    // It was in view a moment ago, and the server has not heard that it was not: it will only tell what changes.
    const known = this.#screens.get(guest);
    if (known !== undefined) onScreen(known);
    this.#askSoon();
    return () => {
      if (this.#watched.get(guest) !== onScreen) return;
      this.#watched.delete(guest);
      this.#askSoon();
    };
  }

  close(): void {
    clearTimeout(this.#ask);
    this.#socket.close();
    this.#watched.clear();
    this.#screens.clear();
    this.#listeners.clear();
  }

  #askSoon(): void {
    this.#ask ??= setTimeout(() => this.#askNow(), ASK_AFTER_MS);
  }

  #askNow(): void {
    clearTimeout(this.#ask);
    this.#ask = undefined;
    const guests = [...this.#watched.keys()].slice(0, HERD_SHOWN_MAXIMUM);
    for (const guest of [...this.#screens.keys()]) if (!guests.includes(guest)) this.#screens.delete(guest);
    this.#socket.send(JSON.stringify({ type: "show", guests }));
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") return;
    const parsed = herdFrame.safeParse(JSON.parse(data));
    // A newer server may say things that this page does not know.
    if (!parsed.success) return;
    const onScreen = this.#watched.get(parsed.data.guest);
    if (onScreen === undefined) return;
    const screen = changedBy(this.#screens.get(parsed.data.guest), parsed.data);
    this.#screens.set(parsed.data.guest, screen);
    onScreen(screen);
  }
}

/** A line that did not change is the same object in both screens. */
const changedBy = (before: HerdScreen | undefined, frame: HerdFrame): HerdScreen => {
  const lines = frame.fresh ? [] : [...(before?.lines ?? [])];
  for (const [row, runs] of frame.lines) lines[row] = runs;
  const { console, cols, rows, cursor } = frame;
  return { console, cols, rows, lines: Array.from(lines, (line) => line ?? NO_RUNS), cursor };
};

const NO_RUNS: readonly HerdRun[] = [];
