import { CorralError, type SshDoorChanges, type SshDoorState, sshDoorDecision } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { EventLog } from "../events/eventLog.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import type { SshSettings } from "../settings.ts";
import { type HostKey, hostKeyOf } from "./hostKey.ts";

/** As in the ancestors' manuals; 22 is the host's own. */
const USUAL_PORT = 2222;
const NAME = "ssh.door";

/** The door itself: sshDoor.ts. */
interface Door {
  readonly port: number;
  readonly fingerprint: string;
  listen(where: { readonly host: string; readonly port: number }): Promise<void>;
  close(): Promise<void>;
}

interface SshEntryOptions {
  readonly settings: SshSettings;
  readonly home: string;
  readonly store: Store;
  readonly events: EventLog;
}

/** Whether there is an ssh door, as the start or people want it, and the door itself while it is open. */
export class SshEntry {
  readonly #settings: SshSettings;
  readonly #home: string;
  readonly #store: Store;
  readonly #events: EventLog;
  #newDoor: ((hostKey: HostKey) => Door) | null = null;
  #door: Door | null = null;
  /** The change before: two at once would leave a door open that nobody knows of. */
  #changed: Promise<unknown> = Promise.resolve();

  constructor({ settings, home, store, events }: SshEntryOptions) {
    this.#settings = settings;
    this.#home = home;
    this.#store = store;
    this.#events = events;
  }

  /** Nobody has been asked yet. */
  get isUndecided(): boolean {
    return this.#settings.isOpen === null && this.#decision === null;
  }

  get state(): SshDoorState {
    return {
      isOpen: this.#door !== null,
      decidedBy: this.#settings.isOpen !== null ? "start" : this.#decision === null ? "nobody" : "people",
      host: this.#settings.host,
      port: this.#door?.port ?? this.#port,
      fingerprint: this.#door?.fingerprint ?? null,
    };
  }

  /** Keeps what whoever started the server answered. */
  decide(isOpen: boolean): void {
    this.#store.settings.set(NAME, { isOpen, port: this.#decision?.port ?? null });
  }

  /** Opens the door, if it is to be open. Rejects with CorralError `host_unfit`. */
  async begin(newDoor: (hostKey: HostKey) => Door): Promise<void> {
    this.#newDoor = newDoor;
    if (this.#settings.isOpen ?? this.#decision?.isOpen ?? false) this.#door = await this.#opened(this.#port);
  }

  /** Rejects with CorralError `wrong_state` where the start decides, and `host_unfit`; nothing has changed then. */
  change(changes: SshDoorChanges, caller: Caller): Promise<SshDoorState> {
    const changing = this.#changed.then(() => this.#change(changes, caller));
    this.#changed = changing.catch(() => {});
    return changing;
  }

  /** Ends all connections. Idempotent. */
  async close(): Promise<void> {
    await this.#door?.close();
  }

  async #change(changes: SshDoorChanges, caller: Caller): Promise<SshDoorState> {
    const { isOpen = this.#door !== null, port = this.#port } = changes;
    if (this.#settings.isOpen !== null) {
      throw new CorralError(
        "wrong_state",
        "How the server was started decides about the ssh door: CORRAL_SSH, or --ssh. Start it without them to decide here.",
      );
    }
    if (changes.port !== undefined && this.#settings.port !== null) {
      throw new CorralError(
        "wrong_state",
        "CORRAL_SSH_PORT decides about the port. Start the server without it to decide here.",
      );
    }
    const before = this.#door;
    const stays = isOpen && before !== null && changes.port === undefined;
    if (!stays) this.#door = isOpen ? await this.#opened(port) : null;
    this.#store.settings.set(NAME, { isOpen, port: changes.port ?? this.#decision?.port ?? null });
    if (!stays) await before?.close();
    const done = isOpen ? `opened the ssh door at port ${this.state.port}` : "shut the ssh door";
    this.#events.append({
      type: "ssh.changed",
      ...authorOf(caller),
      message: `${caller.actor} ${done}`,
      data: { isOpen },
    });
    return this.state;
  }

  get #decision() {
    return this.#store.settings.get(NAME, sshDoorDecision);
  }

  get #port(): number {
    return this.#settings.port ?? this.#decision?.port ?? USUAL_PORT;
  }

  async #opened(port: number): Promise<Door> {
    if (this.#newDoor === null)
      throw new CorralError("wrong_state", "The server is still starting. Try again in a moment.");
    const door = this.#newDoor(hostKeyOf(this.#home));
    try {
      await door.listen({ host: this.#settings.host, port });
    } catch (error) {
      await door.close();
      throw error;
    }
    return door;
  }
}
