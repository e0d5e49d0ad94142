import {
  type Client,
  CorralError,
  endpoints,
  type Guest,
  type GuestAction,
  guestCan,
  listAll,
  OPERATIONS,
  type SshMenuKey,
  type SshMenuKeyName,
  sshMenuKeys,
  VITALS_EVERY_MS,
} from "@corral/contracts";
import { includesRight } from "../../access.ts";
import type { EventLog } from "../../events/eventLog.ts";
import type { SshTerminal, TerminalProgram } from "../sshTerminal.ts";
import { guestRow, headings } from "./guestRow.ts";
import { MenuKeys } from "./menuKeys.ts";
import { type Line, Screen } from "./screen.ts";
import { helpText, historyOf, processesOf, type TextPage, topOf } from "./textPages.ts";

/** Uptimes count seconds. */
const REDRAW_EVERY_MS = 1_000;
/** A guest that prints changes all the time: the list is read anew no more often than this. */
const READ_EVERY_MS = 500;
/** Title and headings above the guests, a message and the keys below. */
const LINES_AROUND = 5;

/** Keys that open a page about a guest. */
const PAGES = { p: processesOf, t: topOf, h: historyOf } as const;

interface FleetMenuOptions {
  readonly terminal: SshTerminal;
  /** The API, as this person may use it. */
  readonly client: Client;
  readonly user: string;
  readonly events: EventLog;
  readonly openConsole: (guest: Guest) => void;
  readonly quit: (words: string | null) => void;
}

/** The guests of one person on their terminal, live, with a key for everything that is done every day. */
export class FleetMenu implements TerminalProgram {
  readonly #options: FleetMenuOptions;
  readonly #screen: Screen;
  readonly #keys = new MenuKeys();
  readonly #stopListening: () => void;
  readonly #clock: NodeJS.Timeout;
  readonly #vitalsClock: NodeJS.Timeout;
  #readTimer: NodeJS.Timeout | null = null;
  #isReading = false;
  #guests: readonly Guest[] | null = null;
  #chosen: string | null;
  #page: TextPage | null = null;
  #asked: { readonly guest: Guest; readonly action: GuestAction } | null = null;
  #message: string;
  #isLeft = false;

  /** `chosen`: id of the guest to begin with; `message`: what to say at first. */
  constructor(
    options: FleetMenuOptions,
    { chosen = null, message = "" }: { chosen?: string | null; message?: string },
  ) {
    this.#options = options;
    this.#screen = new Screen(options.terminal);
    this.#chosen = chosen;
    this.#message = message;
    this.#stopListening = options.events.onNews((news) => {
      if (news.type === "appended" || news.what === "guest") this.#readSoon();
    });
    this.#clock = setInterval(() => this.#tick(), REDRAW_EVERY_MS).unref();
    // Nothing tells of what is measured: there is always something new.
    this.#vitalsClock = setInterval(() => void this.#readVitals(), VITALS_EVERY_MS).unref();
    this.#draw();
    void this.#read();
  }

  input(bytes: Buffer): void {
    const pressed = this.#keys.feed(bytes);
    if (pressed.kind === "paste") {
      this.#message = "That was a paste, and is ignored. Press one key at a time.";
      return;
    }
    for (const key of pressed.keys) {
      if (this.#isLeft) return;
      this.#press(key);
    }
    this.#draw();
  }

  resized(): void {
    this.#screen.forget();
    this.#draw();
  }

  left(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    clearInterval(this.#clock);
    clearInterval(this.#vitalsClock);
    clearTimeout(this.#readTimer ?? undefined);
    this.#stopListening();
    this.#screen.close();
  }

  #tick(): void {
    this.#page?.refresh?.(() => this.#draw());
    this.#draw();
  }

  #press(key: string): void {
    if (this.#asked !== null) this.#answer(key);
    else if (this.#page !== null) this.#turn(this.#page, key);
    else this.#choose(key);
  }

  #answer(key: string): void {
    const asked = this.#asked;
    this.#asked = null;
    this.#message = "";
    if (asked !== null && key.toLowerCase() === "y") void this.#act(asked.guest, asked.action);
  }

  #turn(page: TextPage, key: string): void {
    const rows = Math.max(1, this.#options.terminal.window.rows - LINES_AROUND);
    const steps: Record<string, number> = { up: -1, down: 1, "page-up": -rows, "page-down": rows, " ": rows };
    const step = steps[key];
    if (step === undefined) this.#page = null;
    else page.first = Math.max(0, Math.min(page.first + step, page.lines.length - rows));
  }

  #choose(key: string): void {
    this.#message = "";
    const guest = this.#guest;
    if (this.#move(key)) return;
    if (key === "q") this.#options.quit(null);
    else if (key === "?") this.#open(helpText());
    else if (guest !== null) this.#do(key, guest);
  }

  #do(key: string, guest: Guest): void {
    const { client, openConsole } = this.#options;
    if (key === "enter") openConsole(guest);
    if (!Object.hasOwn(sshMenuKeys, key)) return;
    const { endpoint, action }: SshMenuKey = sshMenuKeys[key as SshMenuKeyName];
    const { access } = endpoints[endpoint];
    // The server says no as well; but here nobody is first asked whether they are sure.
    if ("guest" in access && !includesRight(guest.right, access.guest)) {
      this.#message = `This needs the right to ${access.guest} ${guest.definition.name}; you may only ${guest.right} it.`;
    } else if (action === "start") void this.#act(guest, action);
    else if (action !== undefined) this.#ask(guest, action);
    else this.#open(PAGES[key as keyof typeof PAGES](client, guest));
  }

  #open(page: TextPage): void {
    this.#page = page;
    page.load(() => this.#draw());
  }

  #move(key: string): boolean {
    const guests = this.#guests ?? [];
    const rows = this.#room;
    const steps: Record<string, number> = {
      up: -1,
      k: -1,
      down: 1,
      j: 1,
      "page-up": -rows,
      "page-down": rows,
      home: -guests.length,
      end: guests.length,
    };
    const step = steps[key];
    if (step === undefined) return false;
    const index = Math.max(0, Math.min(this.#index + step, guests.length - 1));
    this.#chosen = guests[index]?.id ?? null;
    return true;
  }

  #ask(guest: Guest, action: GuestAction): void {
    const verdict = guestCan(action, guest);
    if (!verdict.allowed) this.#message = verdict.reason;
    else this.#asked = { guest, action };
  }

  async #act(guest: Guest, action: GuestAction): Promise<void> {
    const { name } = guest.definition;
    this.#message = `${OPERATIONS[action].label} ${name} …`;
    try {
      await this.#options.client.guestAction({ params: { id: guest.id, action } });
      this.#message = "";
    } catch (error) {
      this.#message = wordsOf(error);
    }
    this.#readSoon();
    this.#draw();
  }

  #readSoon(): void {
    if (this.#isLeft) return;
    this.#readTimer ??= setTimeout(() => {
      this.#readTimer = null;
      void this.#read();
    }, READ_EVERY_MS).unref();
  }

  async #read(): Promise<void> {
    if (this.#isReading) {
      this.#readSoon();
      return;
    }
    this.#isReading = true;
    try {
      this.#guests = await listAll((query) => this.#options.client.listGuests({ query }));
    } catch (error) {
      if (error instanceof CorralError && error.code === "not_logged_in") this.#options.quit("Your login has ended.");
      this.#message = wordsOf(error);
    } finally {
      this.#isReading = false;
    }
    this.#draw();
  }

  async #readVitals(): Promise<void> {
    if (this.#isReading || this.#guests === null) return;
    try {
      const items = await listAll((query) => this.#options.client.listVitals({ query }));
      const measured = new Map(items.map(({ id, vitals }) => [id, vitals]));
      this.#guests = this.#guests.map((guest) => ({ ...guest, vitals: measured.get(guest.id) ?? guest.vitals }));
    } catch {
      // What was measured before stands; the list says it when the login has ended.
    }
  }

  get #index(): number {
    return Math.max(0, this.#guests?.findIndex(({ id }) => id === this.#chosen) ?? 0);
  }

  get #guest(): Guest | null {
    return this.#guests?.[this.#index] ?? null;
  }

  /** Rows for guests. */
  get #room(): number {
    return Math.max(1, this.#options.terminal.window.rows - LINES_AROUND);
  }

  /** The page of the list that has the chosen one. */
  #visible(): readonly Guest[] {
    const first = Math.floor(this.#index / this.#room) * this.#room;
    return this.#guests?.slice(first, first + this.#room) ?? [];
  }

  #draw(): void {
    if (this.#isLeft) return;
    const { rows } = this.#options.terminal.window;
    const body = this.#page === null ? this.#list() : pageLines(this.#page, this.#room);
    const foot: Line[] = [[this.#sayingNow()], [{ text: this.#keysNow(), look: "dim" }]];
    const lines: Line[] = [this.#title(), ...body];
    while (lines.length < rows - foot.length) lines.push([]);
    this.#screen.draw([...lines.slice(0, Math.max(0, rows - foot.length)), ...foot].slice(-rows));
  }

  #title(): Line {
    const guests = this.#guests ?? [];
    const on = guests.filter(({ state }) => state !== "stopped" && state !== "crashed").length;
    const page =
      this.#page === null ? `${guests.length} ${guests.length === 1 ? "guest" : "guests"}, ${on} on` : this.#page.title;
    return [{ text: `Corral  ${this.#options.user}  ${page}`, look: "title" }];
  }

  #list(): Line[] {
    const { cols } = this.#options.terminal.window;
    if (this.#guests === null) return [[], [{ text: "  Reading the guests …" }]];
    if (this.#guests.length === 0) return [[], [{ text: "  You have no guests yet. Make one in the page." }]];
    const now = Date.now();
    const chosen = this.#guest;
    const rows = this.#visible().map((guest) => guestRow(guest, guest.id === chosen?.id, cols, now));
    return [[], headings(cols), ...rows];
  }

  #sayingNow() {
    if (this.#asked === null) return { text: this.#message };
    const { guest, action } = this.#asked;
    return {
      text: `${OPERATIONS[action].label} ${guest.definition.name}? y: yes, any other key: no`,
      look: "moving",
    } as const;
  }

  #keysNow(): string {
    if (this.#page !== null) return "arrows: scroll   any other key: back";
    return "Enter console  b boot  r restart  s shut down  p ps  t top  h history  ? help  q";
  }
}

const pageLines = ({ lines, first }: TextPage, rows: number): Line[] => [
  [],
  ...lines.slice(first, first + rows + 1).map((text): Line => [{ text }]),
];

const wordsOf = (error: unknown): string =>
  error instanceof CorralError ? error.message : "Something went wrong in the server. Its log says more.";
