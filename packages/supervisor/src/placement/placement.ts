import type { GuestVitals } from "@corral/contracts";
import type { GuestSpec } from "../guest/guestSpec.ts";
import type { RunningGuest } from "../guest/runningGuest.ts";
import { moveTo, processorsOf } from "./affinity.ts";
import { lightest, nextMove, type Placed } from "./balance.ts";

/*
 * Which processor of the host each guest runs on. A UML kernel has one processor of its own, and it and its programs take
 * turns for every system call: two processes that wake each other. Left alone, Linux puts the two on two processors
 * wherever one is idle, and each turn then wakes a sleeping processor: a guest's system calls take five times as long
 * (docs/uml.md, "One processor"). So a guest is put on one, and moved when others there are busy too; a definition
 * that names processors is obeyed instead.
 */

/** A guest's use of its processor is measured about as often as this. */
const BALANCE_EVERY_MS = 5_000;
/** In percent of a processor: one that boots, or was not measured yet, needs all it can get. */
const LOAD_UNTIL_MEASURED = 100;

/** What placing a guest needs to know of it. */
export interface Placeable {
  readonly spec: GuestSpec;
  readonly isOn: boolean;
  readonly run: RunningGuest | null;
  readonly vitals: { readonly vitals: GuestVitals };
}

export class Placement {
  readonly #guests: () => readonly Placeable[];
  /** Processors that were chosen here, by guest; kept from before the guest has a process. */
  readonly #chosen = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(guests: () => readonly Placeable[]) {
    this.#guests = guests;
  }

  /** The processors that a guest is to be started on. */
  choose({ id, definition }: GuestSpec): readonly number[] {
    if (definition.cpus !== null) return definition.cpus;
    this.#chosen.delete(id);
    const processor = lightest(
      fromAnywhere(processorsOf("self")),
      this.#placed().filter((guest) => guest.id !== id),
    );
    this.#chosen.set(id, processor);
    return [processor];
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#balance(), BALANCE_EVERY_MS).unref();
  }

  /** Idempotent. */
  stop(): void {
    clearInterval(this.#timer ?? undefined);
    this.#timer = null;
  }

  #balance(): void {
    const processors = processorsOf("self");
    const move = nextMove(processors, this.#placed());
    const guest = this.#guests().find(({ spec }) => spec.id === move?.id);
    const kernel = guest?.run?.record.process?.kernel;
    if (move === null || kernel === undefined) return;
    // Also where it fails, so that it is not tried again and again.
    this.#chosen.set(move.id, move.to);
    try {
      moveTo(kernel, move.to);
    } catch {
      // Not allowed on this host: it stays where it is, and is slower at worst.
    }
  }

  #placed(): Placed[] {
    const on = this.#guests().filter(({ isOn }) => isOn);
    const ids = new Set(on.map(({ spec }) => spec.id));
    for (const id of this.#chosen.keys()) if (!ids.has(id)) this.#chosen.delete(id);
    return on.map((guest) => ({
      id: guest.spec.id,
      processor: this.#processorOf(guest),
      load: guest.vitals.vitals.host?.cpuPercent ?? LOAD_UNTIL_MEASURED,
      isMovable: guest.spec.definition.cpus === null && guest.run?.record.process != null,
    }));
  }

  /** Where an earlier server, or a definition, has put it is asked of the host. */
  #processorOf({ spec, run }: Placeable): number | null {
    const { id, definition } = spec;
    const chosen = this.#chosen.get(id);
    if (chosen !== undefined) return chosen;
    const kernel = run?.record.process?.kernel;
    const [processor, ...others] = definition.cpus ?? (kernel === undefined ? [] : processorsOf(kernel.pid));
    if (processor === undefined || others.length > 0) return null;
    if (definition.cpus === null) this.#chosen.set(id, processor);
    return processor;
  }
}

/** Another server on this host knows nothing of this one's guests: its first is not to join this one's first. */
const fromAnywhere = (processors: readonly number[]): number[] => {
  const start = Math.floor(Math.random() * processors.length);
  return [...processors.slice(start), ...processors.slice(0, start)];
};
