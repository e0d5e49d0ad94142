import { CorralError, type Role, type User, userName } from "@corral/contracts";
import type { Store } from "@corral/store";
import type { FastifyBaseLogger } from "fastify";
import type { EventLog } from "../events/eventLog.ts";
import type { OidcSettings } from "../settings.ts";
import type { LiveSockets } from "../sockets/liveSockets.ts";
import { refuseLookalike } from "./lookalike.ts";
import { type ForeignPerson, OidcProvider } from "./oidcProvider.ts";
import type { PendingLogin } from "./singleSignOnCookie.ts";

/** alice, alice-2 … alice-9: more of one name are an admin's to sort out. */
const NAMES_TRIED = 9;
/** Leaves room for the number in the 63 characters of a name. */
const NAME_MAXIMUM = 60;
const MIGHT: readonly Role[] = ["user", "operator", "admin"];

interface SingleSignOnOptions {
  readonly store: Store;
  readonly events: EventLog;
  readonly sockets: LiveSockets;
  readonly log: FastifyBaseLogger;
}

/** Logins of people whom a provider knows. What they are here, their groups there say anew at each login. */
export class SingleSignOn {
  readonly #settings: OidcSettings;
  readonly #provider: OidcProvider;
  readonly #store: Store;
  readonly #events: EventLog;
  readonly #sockets: LiveSockets;

  constructor(settings: OidcSettings, { store, events, sockets, log }: SingleSignOnOptions) {
    this.#settings = settings;
    this.#provider = new OidcProvider(settings, log);
    this.#store = store;
    this.#events = events;
    this.#sockets = sockets;
  }

  /** `returnTo`: where the provider sends the browser back to; `to`: the page to show then. */
  async begin(returnTo: string, to: string): Promise<{ url: string; pending: PendingLogin }> {
    const { url, pending } = await this.#provider.begin(returnTo);
    return { url, pending: { ...pending, to } };
  }

  /** Whose login the provider's answer is. `pending` is null in a browser that began none. Throws `login_failed`. */
  async finish(query: string, pending: PendingLogin | null, from: string): Promise<User> {
    if (pending === null) {
      throw new CorralError(
        "login_failed",
        "This browser began no login by single sign-on, or more than ten minutes ago. Begin the login again.",
      );
    }
    let person: ForeignPerson | null = null;
    try {
      person = await this.#provider.finish(query, pending);
      return this.#accountOf(person, from);
    } catch (error) {
      if (!(error instanceof CorralError)) throw error;
      const user = person === null ? null : this.#store.identities.find(person);
      const who = user === null ? "" : ` as ${user.name}`;
      const message = `A login by single sign-on${who} from ${from} was refused: ${error.message}`;
      const attempt = { actor: null, by: "session", from, result: "refused" } as const;
      this.#events.append({ type: "session.refused", ...attempt, subject: user?.id ?? null, message });
      throw error;
    }
  }

  #accountOf(person: ForeignPerson, from: string): User {
    const role = this.#roleOf(person.groups);
    if (role === null) {
      throw new CorralError("login_failed", "None of your groups may come in here. Ask an admin which one does.");
    }
    const known = this.#store.identities.find(person);
    if (known === null) return this.#create(person, role, from);
    if (known.disabledAt !== null) throw new CorralError("login_failed", "This account is disabled. Ask an admin.");
    return known.role === role ? known : this.#renewRole(known, role, from);
  }

  /** The mightiest of what the groups give. */
  #roleOf(groups: readonly string[]): Role | null {
    const given = this.#settings.roles.filter(({ group }) => groups.includes(group)).map(({ role }) => role);
    return MIGHT.findLast((role) => given.includes(role)) ?? null;
  }

  #create(person: ForeignPerson, role: Role, from: string): User {
    const user = this.#store.transaction(() => {
      const made = this.#store.users.insert({ name: this.#freeName(person.name), role, passwordHash: null });
      this.#store.identities.insert(person, made.id);
      return made;
    });
    const message = `${user.name} came by single sign-on for the first time, with the role ${role}`;
    this.#tell("user.created", user, from, message, "done");
    return user;
  }

  /** An account that is here already is never taken over by a name: the new one gets a number. */
  #freeName(wanted: string): string {
    const plain = plainName(wanted);
    const others = this.#store.users.list();
    for (let number = 1; number <= NAMES_TRIED; number += 1) {
      const name = number === 1 ? plain : `${plain}-${number}`;
      if (userName.safeParse(name).success && !others.some((one) => one.name === name) && isUnlike(name, others)) {
        return name;
      }
    }
    throw new CorralError("login_failed", `Too many accounts are named ${plain} already. Ask an admin to rename one.`);
  }

  #renewRole(user: User, role: Role, from: string): User {
    try {
      this.#store.users.update(user.id, { role });
    } catch (error) {
      if (!(error instanceof CorralError)) throw error;
      // The last admin. Their groups let them in, and somebody must be able to mend it.
      this.#tell("user.changed", user, from, `${user.name} keeps the role ${user.role}: ${error.message}`, "refused");
      return user;
    }
    this.#sockets.recheck();
    this.#tell("user.changed", user, from, `Single sign-on gave ${user.name} the role ${role}`, "done");
    return { ...user, role };
  }

  #tell(
    type: "user.created" | "user.changed",
    user: User,
    from: string,
    message: string,
    result: "done" | "refused",
  ): void {
    this.#events.append({ type, actor: user.name, by: "session", from, subject: user.id, message, result });
  }
}

const isUnlike = (name: string, others: readonly User[]): boolean => {
  try {
    refuseLookalike(name, others);
    return true;
  } catch {
    return false;
  }
};

/** What Corral can call somebody: Zoë.Smith@login.example is zoe-smith. */
const plainName = (wanted: string): string => {
  const [local = ""] = wanted.split("@");
  // Letters lose their accents, which stand apart after this.
  const letters = local.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const plain = letters.replaceAll(/[^a-z0-9]+/g, "-").slice(0, NAME_MAXIMUM);
  return plain.replaceAll(/^-+|-+$/g, "") || "user";
};
