import type { GuestNetwork } from "@corral/contracts";
import type { Supervisor } from "@corral/supervisor";

/** So long an address is taken to be the same. */
const KEPT_MS = 60_000;
/** A guest without one may just be getting one. */
const RETRY_MS = 10_000;
/** Guests that are asked at a time, of however many that are shown: each look costs a guest some milliseconds. */
const ASKED_AT_ONCE = 2;
/** Guests whose answer is remembered; of more, the oldest answer is forgotten. */
const KNOWN_MAXIMUM = 1000;

interface Known {
  readonly address: string | null;
  /** The run that said so. */
  readonly startedAt: string | null;
  readonly at: number;
}

/** Where guests are reached, as they say themselves over the guest link. Nobody waits for an answer. */
export class Addresses {
  readonly #supervisor: Pick<Supervisor, "status" | "inside">;
  readonly #onFound: (guestId: string) => void;
  readonly #known = new Map<string, Known>();
  readonly #asked = new Set<string>();
  readonly #waiting = new Set<string>();

  /** `onFound` is told of each guest whose address is another than was known. */
  constructor(supervisor: Pick<Supervisor, "status" | "inside">, onFound: (guestId: string) => void) {
    this.#supervisor = supervisor;
    this.#onFound = onFound;
  }

  /** What is known of a guest now. Where that is old the guest is asked in its turn. Throws CorralError not_found. */
  of(id: string, now = Date.now()): string | null {
    const { state, link, startedAt } = this.#supervisor.status(id);
    if (state !== "running" || link !== "up") return null;
    const found = this.#known.get(id);
    const known = found?.startedAt === startedAt ? found : undefined;
    const isFresh = known !== undefined && now - known.at < (known.address === null ? RETRY_MS : KEPT_MS);
    if (!isFresh && !this.#asked.has(id) && this.#waiting.size < KNOWN_MAXIMUM) {
      this.#waiting.add(id);
      this.#askNext();
    }
    return known?.address ?? null;
  }

  #askNext(): void {
    const [next] = this.#waiting;
    if (next === undefined || this.#asked.size >= ASKED_AT_ONCE) return;
    this.#waiting.delete(next);
    this.#asked.add(next);
    void this.#ask(next).finally(() => {
      this.#asked.delete(next);
      this.#askNext();
    });
  }

  async #ask(id: string): Promise<void> {
    let address: string | null = null;
    let startedAt: string | null = null;
    try {
      ({ startedAt } = this.#supervisor.status(id));
      address = addressIn(await this.#supervisor.inside(id).network());
    } catch {
      // It went off meanwhile, or does not answer: the same as having none, and asked again later.
    }
    const before = this.#known.get(id);
    this.#known.delete(id);
    this.#known.set(id, { address, startedAt, at: Date.now() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN_MAXIMUM && oldest !== undefined) this.#known.delete(oldest);
    if (address !== (before?.address ?? null)) this.#onFound(id);
  }
}

const NOT_REACHED_FROM_OUTSIDE = /^(127\.|::1$|fe80:|169\.254\.)/;

/** The first that others reach it at, IPv4 before IPv6. */
const addressIn = ({ interfaces }: GuestNetwork): string | null => {
  const all = interfaces.flatMap(({ addresses }) => addresses.map((one) => one.split("/")[0] ?? ""));
  const reached = all.filter((address) => address !== "" && !NOT_REACHED_FROM_OUTSIDE.test(address));
  return reached.find((address) => address.includes(".")) ?? reached[0] ?? null;
};
