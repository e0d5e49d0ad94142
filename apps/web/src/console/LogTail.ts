import { CorralError } from "@corral/contracts";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import { plainText } from "./plainText.ts";

const POLL_MS = 1000;
/** After an error there is no hurry. */
const POLL_AFTER_ERROR_MS = 5000;
/** Characters of the log that the page keeps; the whole of it can be downloaded. */
const KEPT_CHARACTERS = 1024 * 1024;
/** A read that came back this full is followed by the next at once. */
const READ_BYTES = 256 * 1024;

export interface LogState {
  readonly text: string;
  readonly loaded: boolean;
  readonly error: string | undefined;
}

/** The end of a log that grows, read again each second while somebody looks. Ends with `dispose`. */
export class LogTail {
  readonly #guest: string;
  readonly #console: string;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #decoder = new TextDecoder();
  #state: LogState = { text: "", loaded: false, error: undefined };
  #next: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(guest: string, console: string) {
    this.#guest = guest;
    this.#console = console;
    void this.#poll();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): LogState => this.#state;

  dispose(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#listeners.clear();
  }

  async #poll(): Promise<void> {
    let wait = POLL_MS;
    try {
      if (document.visibilityState === "visible") wait = (await this.#read()) >= READ_BYTES ? 0 : POLL_MS;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      wait = POLL_AFTER_ERROR_MS;
      if (!this.#startOver(error)) this.#show({ ...this.#state, loaded: true, error: messageOf(error) });
    }
    if (!this.#abort.signal.aborted) this.#timer = setTimeout(() => void this.#poll(), wait);
  }

  /** How many bytes came. */
  async #read(): Promise<number> {
    const response = await api.readConsoleLog(
      {
        params: { id: this.#guest, name: this.#console },
        query: { limit: READ_BYTES, ...(this.#next !== undefined && { from: this.#next }) },
      },
      { signal: this.#abort.signal },
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    const from = Number(response.headers.get("x-corral-offset") ?? this.#next ?? 0);
    this.#next = from + bytes.length;
    const text = this.#state.text + plainText(this.#decoder.decode(bytes, { stream: true }));
    if (bytes.length > 0 || !this.#state.loaded || this.#state.error !== undefined) {
      this.#show({ text: text.slice(-KEPT_CHARACTERS), loaded: true, error: undefined });
    }
    return bytes.length;
  }

  /** The log may have lost its beginning, or begun anew: then so does this. */
  #startOver(error: unknown): boolean {
    if (!(error instanceof CorralError) || this.#next === undefined) return false;
    if (error.code !== "offset_expired" && error.code !== "offset_beyond_end") return false;
    this.#next = undefined;
    return true;
  }

  #show(state: LogState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
