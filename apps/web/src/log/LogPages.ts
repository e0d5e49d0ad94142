import { CorralError, type GuestBoot } from "@corral/contracts";
import { api } from "../api/client.ts";
import { messageOf } from "../api/errors.ts";
import type { LogPlace } from "./logPlace.ts";
import { type Span, StyledText } from "./styledText.ts";

/** Bytes read at a time: a thousand lines or so. */
const PAGE_BYTES = 64 * 1024;
/** Lines in memory; beyond that, those at the far end are given up, and read again when somebody goes back there. */
const LINES_MAXIMUM = 20_000;
/** How often the end is looked at for more. */
const FOLLOW_EVERY_MS = 1000;
const LINE_FEED = 0x0a;

export type LogRow =
  | { readonly kind: "text"; readonly offset: number; readonly spans: readonly Span[] }
  | { readonly kind: "boot"; readonly offset: number; readonly boot: number; readonly at: string }
  | { readonly kind: "hole"; readonly offset: number; readonly bytes: number };

export interface LogPagesState {
  readonly rows: readonly LogRow[];
  /** Number of the first row. Rows keep their numbers when others come before them or are given up. */
  readonly first: number;
  /** Another jump shows other rows, whatever their numbers. */
  readonly jump: number;
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly loading: boolean;
  readonly error: string | undefined;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const EMPTY: LogPagesState = {
  rows: [],
  first: 0,
  jump: 0,
  atStart: false,
  atEnd: false,
  loading: true,
  error: undefined,
};

/**
 * A window onto a log, which can be moved to its very beginning: it reads what is asked for by offset, as lines that
 * can be shown. Ends with `dispose`.
 */
export class LogPages {
  readonly #params: { readonly id: string; readonly name: string };
  readonly #abort = new AbortController();
  readonly #listeners = new Set<() => void>();
  #boots: readonly GuestBoot[] = [];
  #kept: readonly Stretch[] = [];
  #state = EMPTY;
  /** What the rows are of. */
  #from = 0;
  #to = 0;
  /** Where the last line begins, as long as it has no end: what comes then goes on with it. */
  #open: number | null = null;
  #jumping = false;
  /** One thing after the other. */
  #last: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(guest: string, console: string) {
    this.#params = { id: guest, name: console };
    this.#follow();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): LogPagesState => this.#state;

  /** Shows what is around this place. Resolves when it is there. */
  jump(place: LogPlace): Promise<void> {
    return this.#then(async () => {
      this.#jumping = true;
      try {
        await this.#readIndex();
        const wanted = place.kind === "offset" ? place.offset : Number.MAX_SAFE_INTEGER;
        const stretch = this.#kept.find(({ to }) => wanted < to) ?? this.#kept.at(-1) ?? { from: 0, to: 0 };
        const at = Math.min(Math.max(wanted, stretch.from), stretch.to);
        const [from, rows] = await this.#pageBefore(at);
        this.#from = from;
        this.#to = at;
        this.#open = rows.at(-1)?.offset ?? null;
        this.#show({ ...EMPTY, rows, jump: this.#state.jump + 1, atStart: this.#isStart(from) });
        await this.#readNewer();
        const lines = place.kind === "end" ? Math.min(place.lines, LINES_MAXIMUM / 2) : 1;
        while (this.#state.rows.length < lines && !this.#state.atStart) await this.#readOlder();
      } finally {
        this.#jumping = false;
        this.#show({ ...this.#state, loading: false });
      }
    });
  }

  older(): Promise<void> {
    return this.#then(() => this.#readOlder());
  }

  newer(): Promise<void> {
    return this.#then(() => this.#readNewer());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#listeners.clear();
  }

  async #readOlder(): Promise<void> {
    if (this.#isStart(this.#from)) return;
    const [from, rows] = await this.#pageBefore(this.#from);
    const before = this.#kept.findLast(({ to }) => to < this.#from);
    const isHole = from === this.#from && before !== undefined;
    const added: readonly LogRow[] = isHole
      ? [{ kind: "hole", offset: before.to, bytes: this.#from - before.to }]
      : rows;
    this.#from = isHole ? before.to : from;
    const all = [...added, ...this.#state.rows];
    const kept = all.slice(0, LINES_MAXIMUM);
    if (kept.length < all.length) this.#to = all[kept.length]?.offset ?? this.#to;
    if (kept.length < all.length) this.#open = null;
    this.#show({
      ...this.#state,
      rows: kept,
      first: this.#state.first - added.length,
      atStart: this.#isStart(this.#from),
      atEnd: this.#state.atEnd && kept.length === all.length,
      loading: this.#jumping,
      error: undefined,
    });
  }

  async #readNewer(): Promise<void> {
    const stretch = this.#kept.find(({ to }) => to > this.#to);
    if (stretch === undefined) {
      if (!this.#state.atEnd || this.#state.loading)
        this.#show({ ...this.#state, atEnd: true, loading: this.#jumping });
      return;
    }
    const isHole = stretch.from > this.#to && this.#state.rows.length > 0;
    const from = isHole ? stretch.from : Math.max(this.#open ?? this.#to, stretch.from);
    const bytes = await this.#bytes(from, Math.min(stretch.to, from + PAGE_BYTES));
    const lineEnd = bytes.lastIndexOf(LINE_FEED) + 1;
    // The line at a page's end is read with the next page, unless it is the last, or longer than a page.
    const isLast = from + bytes.length >= stretch.to;
    const whole = isLast || lineEnd === 0 ? bytes.length : lineEnd;
    const known = this.#state.rows;
    const kept = known.slice(0, isHole ? known.length : known.findLastIndex(({ offset }) => offset < from) + 1);
    const all: LogRow[] = [
      ...kept,
      ...(isHole ? [{ kind: "hole", offset: this.#to, bytes: stretch.from - this.#to } as const] : []),
      ...this.#rowsOf(bytes.subarray(0, whole), from),
    ];
    const given = Math.max(0, all.length - LINES_MAXIMUM);
    if (given > 0) this.#from = all[given]?.offset ?? this.#from;
    this.#to = from + whole;
    this.#open =
      isLast && lineEnd < bytes.length && lineEnd > 0 ? from + lineEnd : isLast && lineEnd === 0 ? from : null;
    this.#show({
      ...this.#state,
      rows: all.slice(given),
      first: this.#state.first + given,
      atStart: this.#state.atStart && given === 0,
      atEnd: this.#to >= (this.#kept.at(-1)?.to ?? 0),
      loading: this.#jumping,
      error: undefined,
    });
  }

  /** The page that ends at `to`, from the beginning of a line on; from where it is, and its rows. */
  async #pageBefore(to: number): Promise<[number, readonly LogRow[]]> {
    const stretch = this.#kept.find((each) => each.from < to && to <= each.to);
    if (stretch === undefined) return [to, []];
    const from = Math.max(stretch.from, to - PAGE_BYTES);
    const bytes = await this.#bytes(from, to);
    const cut = from === stretch.from ? 0 : bytes.indexOf(LINE_FEED) + 1;
    // A line longer than a page is shown in pieces.
    const begin = cut === bytes.length ? 0 : cut;
    return [from + begin, this.#rowsOf(bytes.subarray(begin), from + begin)];
  }

  async #bytes(from: number, to: number): Promise<Uint8Array> {
    if (to <= from) return new Uint8Array(0);
    const query = { from, limit: to - from };
    const answer = await api.readConsoleLog({ params: this.#params, query }, { signal: this.#abort.signal });
    return new Uint8Array(await answer.arrayBuffer());
  }

  #rowsOf(bytes: Uint8Array, offset: number): readonly LogRow[] {
    const rows: LogRow[] = [];
    const styled = new StyledText();
    const decoder = new TextDecoder();
    const boots = this.#bootsIn(offset, offset + bytes.length);
    const breaks = [...boots.keys()].map((at) => at - offset);
    for (let from = 0; from < bytes.length; ) {
      const boot = boots.get(offset + from);
      if (boot !== undefined) rows.push({ kind: "boot", offset: offset + from, boot: boot.boot, at: boot.startedAt });
      const feed = bytes.indexOf(LINE_FEED, from);
      const end = Math.min(feed < 0 ? bytes.length : feed, ...breaks.filter((at) => at > from));
      for (const spans of styled.line(decoder.decode(bytes.subarray(from, end)))) {
        rows.push({ kind: "text", offset: offset + from, spans });
      }
      from = end === feed ? end + 1 : end;
    }
    return rows;
  }

  #bootsIn(from: number, to: number): ReadonlyMap<number, GuestBoot> {
    const found = new Map<number, GuestBoot>();
    for (const boot of this.#boots) {
      const begin = boot.logs.find(({ console }) => console === this.#params.name)?.from;
      if (begin !== undefined && begin >= from && begin < to) found.set(begin, boot);
    }
    return found;
  }

  #isStart(offset: number): boolean {
    return offset <= (this.#kept[0]?.from ?? 0);
  }

  async #readIndex(): Promise<void> {
    const { id } = this.#params;
    const options = { signal: this.#abort.signal };
    const [index, boots] = await Promise.all([
      api.logIndex({ params: this.#params }, options),
      api.listBoots({ params: { id } }, options),
    ]);
    this.#kept = index.kept;
    this.#boots = boots.items;
  }

  /** What is printed while somebody looks at the end is shown. */
  #follow(): void {
    this.#timer = setTimeout(() => {
      const looks = this.#state.atEnd && document.visibilityState === "visible";
      const done = looks
        ? this.#then(async () => {
            await this.#readIndex();
            while (this.#state.atEnd && (this.#kept.at(-1)?.to ?? 0) > this.#to) await this.#readNewer();
          })
        : Promise.resolve();
      void done.then(() => {
        if (!this.#abort.signal.aborted) this.#follow();
      });
    }, FOLLOW_EVERY_MS);
  }

  #then(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch(async (error: unknown) => {
      if (this.#abort.signal.aborted) return;
      this.#show({ ...this.#state, loading: false, error: messageOf(error) });
      // Deleted meanwhile: what is kept now is asked for anew.
      if (error instanceof CorralError && error.code === "offset_expired") await this.#readIndex().catch(() => {});
    });
    return this.#last;
  }

  #show(state: LogPagesState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
