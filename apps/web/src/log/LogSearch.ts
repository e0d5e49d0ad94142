import { type FoundLine, LOG_FOUND_MAXIMUM, type LogSearchLine, linesOf, logSearchLine } from "@corral/contracts";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";

/** How often what was found is shown while more comes. */
const SHOW_EVERY_MS = 100;

export interface LogQuery {
  readonly q: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
}

export interface LogSearchState {
  readonly found: readonly FoundLine[];
  /** 0 to 1 while it runs. */
  readonly progress: number | undefined;
  /** There may be more from this offset on. */
  readonly next: number | undefined;
  readonly error: string | undefined;
}

/** A search through a whole log on the server, whose results come one after the other. Ends with `cancel`. */
export class LogSearch {
  readonly #params: { readonly id: string; readonly name: string };
  readonly #query: LogQuery;
  readonly #listeners = new Set<() => void>();
  #abort = new AbortController();
  #state: LogSearchState = { found: [], progress: 0, next: undefined, error: undefined };
  #shownAt = 0;

  constructor(guest: string, console: string, query: LogQuery) {
    this.#params = { id: guest, name: console };
    this.#query = query;
    void this.#run(undefined);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): LogSearchState => this.#state;

  /** Finds more, where the last part ended at its limit. */
  more(): void {
    const { next } = this.#state;
    if (next === undefined) return;
    this.#abort = new AbortController();
    void this.#run(next);
  }

  /** What was found stays. Idempotent. */
  cancel(): void {
    this.#abort.abort();
    this.#show({ ...this.#state, progress: undefined });
  }

  async #run(from: number | undefined): Promise<void> {
    const { q, regex, matchCase } = this.#query;
    const { signal } = this.#abort;
    this.#show({ ...this.#state, progress: 0, next: undefined, error: undefined });
    try {
      const query = {
        q,
        regex: String(regex) as "true" | "false",
        matchCase: String(matchCase) as "true" | "false",
        limit: LOG_FOUND_MAXIMUM,
        ...(from !== undefined && { from }),
      };
      const answer = await api.searchLog({ params: this.#params, query }, { signal });
      for await (const line of linesOf(answer)) this.#take(logSearchLine.parse(JSON.parse(line)));
      if (this.#state.progress !== undefined) {
        this.#show({ ...this.#state, progress: undefined, error: "The search broke off. Search again." });
      }
    } catch (error) {
      if (!signal.aborted) this.#show({ ...this.#state, progress: undefined, error: messageOf(error) });
    }
  }

  #take(line: LogSearchLine): void {
    if (line.type === "found") {
      this.#state = { ...this.#state, found: [...this.#state.found, line] };
      if (Date.now() - this.#shownAt >= SHOW_EVERY_MS) this.#show(this.#state);
    } else if (line.type === "progress") {
      this.#show({ ...this.#state, progress: line.ofBytes === 0 ? 1 : line.searchedBytes / line.ofBytes });
    } else if (line.type === "end") {
      this.#show({ ...this.#state, progress: undefined, next: line.next ?? undefined });
    } else {
      this.#show({ ...this.#state, progress: undefined, error: line.message });
    }
  }

  #show(state: LogSearchState): void {
    this.#state = state;
    this.#shownAt = Date.now();
    for (const listener of this.#listeners) listener();
  }
}
