import { closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConsoleSource } from "@corral/console";
import type { MconsoleClient } from "@corral/uml";
import type { GuestConsoles } from "../guest/guestConsoles.ts";
import type { ProcessIdentity, RunLine } from "../guest/launchRecord.ts";
import { openConnection } from "./foundConnection.ts";
import { openTerminals } from "./foundTerminals.ts";
import type { TerminalOwner } from "./guestPts.ts";
import { lineEnds } from "./lineEnds.ts";

/** How often it is looked whether the guest has opened a console: soon to the eye, and the question takes it 0.1 ms. */
const LOOK_MS = 250;
/** A guest that closes a console as soon as it is connected is connected to again only so often. */
const AGAIN_MS = 500;
/** A busy kernel answers within 10 ms; one that does not answer yet is asked again. */
const ANSWER_MS = 1_000;

export interface RunLinesOptions {
  readonly consoles: GuestConsoles;
  readonly mconsole: MconsoleClient;
  /** Processes of the guest, once they are known, and its terminals. */
  readonly guest: () => TerminalOwner | null;
  readonly line: (name: string) => RunLine;
  /** Sets the window size of a terminal inside the guest, where its channel carries none. */
  readonly setSize: (name: string, size: { readonly cols: number; readonly rows: number }) => void;
  /** Writes down who holds a line open, so that the next server finds it. */
  readonly noteKeepers: (name: string, keepers: ProcessIdentity[]) => void;
  /** A console was connected, or lost, or there is something else to know of it. */
  readonly onChange: () => void;
}

/**
 * Connects those consoles of one run whose line the guest's kernel makes by itself: a pts when a program of the guest
 * opens the console, a port when it listens. Each is connected again whenever the guest has closed it.
 */
export class RunLines {
  readonly #options: RunLinesOptions;
  readonly #following = new Map<string, AbortController>();
  readonly #notes = new Map<string, string>();
  /** Masters of the ptys of ours that are one end of a console whose other end has to be found. */
  readonly #masters = new Map<string, number>();
  readonly #pts = new Map<string, readonly number[]>();

  constructor(options: RunLinesOptions) {
    this.#options = options;
  }

  /** What a person should know of a console that is not connected. */
  note(name: string): string | null {
    return this.#notes.get(name) ?? null;
  }

  /** Begins to look. The master of a pty that is one of the ends belongs to this from here on. */
  follow(name: string, master: number | undefined): void {
    this.unfollow(name);
    if (master !== undefined) this.#masters.set(name, master);
    const following = new AbortController();
    this.#following.set(name, following);
    void this.#follow(name, following.signal);
  }

  /** What is connected stays so. */
  unfollow(name: string): void {
    this.#following.get(name)?.abort();
    this.#following.delete(name);
    this.#notes.delete(name);
    this.#pts.delete(name);
    const master = this.#masters.get(name);
    if (master !== undefined) closeSync(master);
    this.#masters.delete(name);
  }

  /** Stops looking; keepers live on. Idempotent. */
  stop(): void {
    for (const name of [...this.#following.keys()]) this.unfollow(name);
  }

  async #follow(name: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pause = AGAIN_MS;
      try {
        const source = await this.#find(name, signal);
        if (signal.aborted) {
          if (source !== null) giveBack(source);
          return;
        }
        if (source === null) pause = LOOK_MS;
        else {
          const ended = this.#options.consoles.connectLine(name, source);
          this.#say(name, null);
          await ended;
          if (signal.aborted) return;
          this.#pts.delete(name);
          this.#options.onChange();
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#say(name, `It could not be connected: ${(error as Error).message}. Corral goes on trying.`);
      }
      await sleep(pause, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** null while the guest does not have it open. */
  async #find(name: string, signal: AbortSignal): Promise<ConsoleSource | null> {
    const guest = this.#options.guest();
    if (guest === null) return null;
    const line = this.#options.line(name);
    const { read } = lineEnds(line);
    if (read?.kind === "port") {
      this.#say(name, `Corral waits for the guest to listen on port ${read.port}.`);
      const { source, keepers } = await openConnection(line, guest.kernel, read.port, signal);
      if (!signal.aborted) this.#options.noteKeepers(name, keepers);
      return source;
    }
    const answer = await this.#ask(name);
    const taken = new Set([...this.#pts].flatMap(([other, numbers]) => (other === name ? [] : numbers)));
    const master = this.#masters.get(name);
    const found = answer === null || signal.aborted ? null : openTerminals({ line, guest, answer, master, taken });
    if (found === null) {
      this.#say(name, "No program of the guest has this console open yet.");
      return null;
    }
    this.#pts.set(name, found.pts);
    this.#options.noteKeepers(name, found.keepers);
    const { source } = found;
    return {
      ...source,
      resize: (cols, rows) => {
        source.resize?.(cols, rows);
        this.#options.setSize(name, { cols, rows });
      },
    };
  }

  /** What the guest's kernel says a console is connected to; null while it does not answer. */
  async #ask(name: string): Promise<string | null> {
    try {
      return await this.#options.mconsole.getConfig(name, { timeoutMs: ANSWER_MS });
    } catch {
      return null;
    }
  }

  #say(name: string, note: string | null): void {
    if (note !== null && this.note(name) === note) return;
    if (note === null) this.#notes.delete(name);
    else this.#notes.set(name, note);
    this.#options.onChange();
  }
}

const giveBack = (source: ConsoleSource): void => {
  if ("telnet" in source) source.telnet.destroy();
  else for (const fd of new Set([source.fd, source.inputFd ?? source.fd])) closeSync(fd);
};
