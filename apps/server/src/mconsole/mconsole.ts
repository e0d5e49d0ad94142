import { CorralError, type EventResult, SYSRQ_KEYS, type SysrqKey } from "@corral/contracts";
import type { GuestRecord } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { CommandLimit } from "./commandLimit.ts";
import { unconfirmed, whatItInterrupts } from "./interruptions.ts";
import { RepeatedReads } from "./repeatedReads.ts";

/** What an event keeps of a command and of its answer's first line. */
const TOLD_MAXIMUM = 160;

/** Commands that change nothing: version, help, proc, config without a value. */
const READS = /^(version$|help$|proc |config [a-z0-9]+$)/;
interface Use {
  readonly guest: GuestRecord;
  readonly caller: Caller;
}

/** Commands to guests' management consoles: who may send how many, and what is told of each. */
export class Mconsole {
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;
  readonly #limit = new CommandLimit();
  readonly #reads = new RepeatedReads();

  constructor(supervisor: Supervisor, events: EventLog) {
    this.#supervisor = supervisor;
    this.#events = events;
  }

  /** One command, and the whole answer. Every use becomes an event, also one that is refused. */
  ask(use: Use, command: string, options: { readonly mayPanic?: boolean } = {}): Promise<string> {
    return this.through(use, command, () => this.#supervisor.mconsole(use.guest.id, command, options));
  }

  /** The same for a command that the supervisor makes: `command` is what is told of it. */
  async through(use: Use, command: string, send: () => Promise<string>): Promise<string> {
    this.#limit.take(use.guest.id);
    try {
      const text = await send();
      this.#tell(use, command, "done", text);
      return text;
    } catch (error) {
      if (!(error instanceof CorralError)) throw error;
      this.#tell(use, command, error.code === "guest_silent" ? "failed" : "refused", error.message);
      throw error;
    }
  }

  /** Commands of which only the first tells anything worth an event: a list of what is plugged in. */
  async askQuietly(use: Use, commands: readonly string[]): Promise<(string | null)[]> {
    this.#limit.take(use.guest.id);
    const answers: (string | null)[] = [];
    // One after the other: the client's queue is for what people ask meanwhile.
    for (const command of commands) {
      answers.push(
        await this.#supervisor.mconsole(use.guest.id, command).catch((error: unknown) => {
          // Whoever has no query says so; a guest that does not answer would not answer the next either.
          if (error instanceof CorralError && error.code === "guest_refused") return null;
          throw error;
        }),
      );
    }
    return answers;
  }

  keys(guest: GuestRecord): SysrqKey[] {
    return SYSRQ_KEYS.map(({ key, label, meaning, asks }) => {
      const reason = key === "c" ? null : this.#supervisor.whyNotSent(guest.id, `sysrq ${key}`);
      const danger = reason !== null ? "refused" : asks === true ? "asks" : "none";
      return { key, label, meaning, danger, reason };
    });
  }

  async sysrq(use: Use, key: string, confirm: boolean): Promise<string> {
    this.#refuseUnconfirmed(use, `sysrq ${key}`, confirm);
    return this.ask(use, `sysrq ${key}`, { mayPanic: key === "c" });
  }

  /** Anything as text, by an admin: what ends or interrupts something is asked about, what wrecks is refused. */
  async raw(use: Use, command: string, confirm: boolean): Promise<string> {
    const key = /^sysrq (.)$/.exec(command)?.[1];
    if (key !== undefined) return this.sysrq(use, key, confirm);
    this.#refuseUnconfirmed(use, command, confirm);
    return this.ask(use, /^log ./.test(command) ? `${command}\n` : command);
  }

  /** What is refused anyway is not asked about first. */
  #refuseUnconfirmed({ guest }: Use, command: string, confirm: boolean): void {
    const meaning = confirm ? null : whatItInterrupts(command);
    const mayBeSent = command === "sysrq c" || this.#supervisor.whyNotSent(guest.id, command) === null;
    if (meaning !== null && mayBeSent) throw unconfirmed(command, meaning);
  }

  #tell({ guest, caller }: Use, command: string, result: EventResult, answer: string): void {
    const what = command.trim().slice(0, TOLD_MAXIMUM);
    if (READS.test(what) && !this.#reads.isNew([guest.id, caller.actor, result, what].join("\n"))) return;
    const [firstLine = ""] = answer.trim().split("\n");
    const told = firstLine.replace(/\p{Cc}/gu, " ").slice(0, TOLD_MAXIMUM);
    this.#events.append({
      type: "guest.mconsole",
      ...authorOf(caller),
      result,
      subject: guest.id,
      ownerId: guest.ownerId,
      message: `${caller.actor}: mconsole ${what} of ${guest.definition.name}${told === "" ? "" : `: ${told}`}`,
      data: { command: what, answer: told },
    });
  }
}
