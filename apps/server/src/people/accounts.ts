import { CorralError, type Person, type Role, type User, type UserChanges } from "@corral/contracts";
import type { NewEvent, Store } from "@corral/store";
import type { EventLog } from "../events/eventLog.ts";
import type { LiveSockets } from "../sockets/liveSockets.ts";
import { authorOf, type Caller } from "./caller.ts";
import type { Link, LoginLinks } from "./loginLinks.ts";
import { refuseLookalike } from "./lookalike.ts";
import { hashPassword } from "./password.ts";

interface AccountsOptions {
  readonly store: Store;
  readonly events: EventLog;
  readonly loginLinks: LoginLinks;
  readonly sockets: LiveSockets;
}

/** Accounts as an admin makes, changes and ends them. */
export class Accounts {
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #loginLinks: LoginLinks;
  readonly #sockets: LiveSockets;

  constructor({ store, events, loginLinks, sockets }: AccountsOptions) {
    this.#store = store;
    this.#events = events;
    this.#loginLinks = loginLinks;
    this.#sockets = sockets;
  }

  /** Throws `not_found`. */
  find(idOrName: string): User {
    const user = this.#store.users.find(idOrName);
    if (user === null)
      throw new CorralError("not_found", "There is no such user. They may have been deleted or renamed.");
    return user;
  }

  person(id: string): Person {
    const person = this.#store.users.people().find((one) => one.id === id);
    if (person === undefined) throw new CorralError("not_found", "This user has just been deleted.");
    return person;
  }

  async create(
    { name, role, password }: { name: string; role: Role; password?: string | undefined },
    caller: Caller,
  ): Promise<{ user: Person; link: Link | null }> {
    const passwordHash = password === undefined ? null : await hashPassword(password);
    const user = this.#store.transaction(() => {
      refuseLookalike(name, this.#store.users.list());
      return this.#store.users.insert({ name, role, passwordHash });
    });
    this.#tell("user.created", user, caller, `${caller.actor} made the account ${name} with the role ${role}`, {
      role,
    });
    const link = password === undefined ? this.#loginLinks.createPassword(user, caller.actor) : null;
    return { user: this.person(user.id), link };
  }

  change(user: User, { name, role, disabled, quota }: UserChanges, caller: Caller): Person {
    const changes = {
      ...(name === undefined || name === user.name ? {} : { name }),
      ...(role === undefined || role === user.role ? {} : { role }),
      ...(disabled === undefined || disabled === (user.disabledAt !== null)
        ? {}
        : { disabledAt: disabled ? new Date().toISOString() : null }),
      ...(quota === undefined ? {} : { quota }),
    };
    this.#store.transaction(() => {
      const others = this.#store.users.list().filter(({ id }) => id !== user.id);
      if (changes.name !== undefined) refuseLookalike(changes.name, others);
      this.#store.users.update(user.id, changes);
      if (disabled === true) this.#store.sessions.deleteOf(user.id);
    });
    // Who may no longer, or may do less, does not go on with what is open.
    this.#sockets.recheck();
    const done = [
      ...(changes.name === undefined ? [] : [`renamed ${user.name} to ${changes.name}`]),
      ...(changes.role === undefined ? [] : [`gave ${name ?? user.name} the role ${changes.role}`]),
      ...(quota === undefined ? [] : [`set the quota of ${name ?? user.name}`]),
      ...(changes.disabledAt === undefined ? [] : [`${disabled ? "disabled" : "enabled"} ${name ?? user.name}`]),
    ];
    if (done.length > 0) this.#tell("user.changed", user, caller, `${caller.actor} ${done.join(" and ")}`, changes);
    return this.person(user.id);
  }

  delete(user: User, caller: Caller): void {
    this.#store.users.delete(user);
    this.#sockets.recheck();
    this.#tell("user.deleted", user, caller, `${caller.actor} deleted the account ${user.name}`);
  }

  createPasswordLink(user: User, caller: Caller): Link {
    const link = this.#loginLinks.createPassword(user, caller.actor);
    const message = `${caller.actor} made a link by which ${user.name} chooses a new password`;
    this.#tell("user.changed", user, caller, message);
    return link;
  }

  endSessions(user: User, caller: Caller): void {
    this.#store.sessions.deleteOf(user.id);
    this.#sockets.recheck();
    this.#tell("session.closed", user, caller, `${caller.actor} logged ${user.name} out everywhere`);
  }

  #tell(type: NewEvent["type"], user: User, caller: Caller, message: string, data: Record<string, unknown> = {}): void {
    this.#events.append({ type, ...authorOf(caller), subject: user.id, message, data });
  }
}
