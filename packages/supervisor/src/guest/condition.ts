import type { GuestState } from "@corral/contracts";
import type { SupervisorEvent } from "../events.ts";
import type { GuestStatus } from "./status.ts";

/** How long a guest may take to shut down before the page offers force. systemd's own limit is 90 s. */
const SHUTDOWN_DEADLINE_MS = 60_000;

/** The state that a guest is in, since when, and what it is doing meanwhile. Every change is told. */
export class GuestCondition {
  readonly #id: string;
  readonly #emit: (event: SupervisorEvent) => void;
  #state: GuestState;
  #since: Date;
  #progress: string | null = null;
  #stopDeadline: Date | null = null;
  #deadlineTimer: NodeJS.Timeout | null = null;

  constructor(id: string, state: GuestState, since: Date, emit: (event: SupervisorEvent) => void) {
    this.#id = id;
    this.#state = state;
    this.#since = since;
    this.#emit = emit;
  }

  get state(): GuestState {
    return this.#state;
  }

  get view(): Pick<GuestStatus, "state" | "since" | "progress" | "stopDeadline"> {
    return {
      state: this.#state,
      since: this.#since.toISOString(),
      progress: this.#progress,
      stopDeadline: this.#stopDeadline?.toISOString() ?? null,
    };
  }

  /** It comes into this state now; `reason` says why, where there is more to say. */
  become(state: GuestState, reason: string | null = null): void {
    this.#progress = null;
    if (state === this.#state) {
      this.changed();
      return;
    }
    this.#state = state;
    this.#since = new Date();
    this.#emit({ type: "state", id: this.#id, state, reason });
  }

  /** It was in this state all along, and only this server did not know. Not told: for the guest, nothing has happened. */
  isFound(state: GuestState, since: Date): void {
    this.#state = state;
    this.#since = since;
  }

  /** What it is doing, or waiting for. */
  progress(progress: string): void {
    this.#progress = progress;
    this.changed();
  }

  changed(): void {
    this.#emit({ type: "changed", id: this.#id });
  }

  /** From now on it has so long to shut down; then it is said that force is the next thing to try. */
  startDeadline(): void {
    this.clearDeadline();
    this.#stopDeadline = new Date(Date.now() + SHUTDOWN_DEADLINE_MS);
    this.#deadlineTimer = setTimeout(() => {
      this.progress(
        `It has not shut down within ${SHUTDOWN_DEADLINE_MS / 1000} s. Look at its console, or use Force off.`,
      );
    }, SHUTDOWN_DEADLINE_MS).unref();
  }

  clearDeadline(): void {
    if (this.#deadlineTimer !== null) clearTimeout(this.#deadlineTimer);
    this.#deadlineTimer = null;
    this.#stopDeadline = null;
  }
}
