import {
  type ConsoleChange,
  type ConsoleDefinition,
  CorralError,
  channelsInWords,
  type Disk,
  disk,
  disksOf,
  type Guest,
  type GuestAction,
  type GuestChanges,
  type GuestDefinition,
  guestCan,
  guestDefinition,
  impossible,
  type NewGuest,
} from "@corral/contracts";
import { type GuestRecord, type Store, whenUnlocked } from "@corral/store";
import type { GuestStatus, Supervisor } from "@corral/supervisor";
import { rightOn } from "../access.ts";
import type { EventLog } from "../events/eventLog.ts";
import type { ImageFolder } from "../library/imageFolder.ts";
import { authorOf, type Caller } from "../people/caller.ts";
import { checkAdminFields } from "./adminFields.ts";
import { resolveDefinition } from "./definitionChecks.ts";
import { guestAnswer } from "./guestAnswer.ts";
import { guestSpec } from "./guestSpec.ts";
import { Meanwhile } from "./meanwhile.ts";
import type { Quotas } from "./quotas.ts";

/** A change that is made while others change the same definition is made anew on what they left, so many times at most. */
const CHANGE_TRIES_MAXIMUM = 20;

/** Fields and their new values, or what to make of the definition as it is at that moment. */
export type ChangesOf = GuestChanges | ((now: GuestDefinition) => GuestChanges);

interface GuestsOptions {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  readonly images: ImageFolder;
  /** Data folder, which no guest may be given. */
  readonly home: string;
  readonly quotas: Quotas;
}

/** Guests as definitions that people make, change, act on and delete. */
export class Guests {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  readonly #events: EventLog;
  readonly #images: ImageFolder;
  readonly #home: string;
  readonly #quotas: Quotas;
  /** Their disks are just being taken away: a kernel that starts now would lose them under its feet. */
  readonly #beingReset = new Set<string>();
  readonly #meanwhile: Meanwhile;

  constructor({ store, supervisor, events, images, home, quotas }: GuestsOptions) {
    this.#quotas = quotas;
    this.#store = store;
    this.#supervisor = supervisor;
    this.#events = events;
    this.#images = images;
    this.#home = home;
    this.#meanwhile = new Meanwhile(store);
  }

  /** Makes every stored guest known to the supervisor. Called once, before it resumes. */
  defineAll(): void {
    for (const guest of [...this.#store.guests.list(), ...this.#store.guests.listDiscarded()]) this.define(guest);
  }

  /** How many are on. */
  countOn(): number {
    return this.#store.guests.list().filter(({ id }) => this.#isOn(id)).length;
  }

  /** Whether one that starts with the server may, by its owner's quota. It is told where it may not. */
  mayStartItself(id: string): boolean {
    const guest = this.#store.guests.find(id);
    if (guest === null) return false;
    try {
      this.#quotas.checkStart(guest);
      return true;
    } catch (error) {
      if (!(error instanceof CorralError)) throw error;
      const message = `${guest.definition.name} was not started with the server. ${error.message}`;
      this.#events.append({ type: "guest.warning", subject: id, ownerId: guest.ownerId, message });
      return false;
    }
  }

  /** As one who may see it sees it. */
  answer(guest: GuestRecord, caller: Caller): Guest {
    return guestAnswer(guest, this.#supervisor.status(guest.id), rightOn(guest, caller) ?? "watch");
  }

  /** Those that a caller may see. */
  list(caller: Caller): Guest[] {
    const candidates = this.#store.guests.list(caller.user.role === "user" ? caller.user.id : undefined);
    return candidates.flatMap((guest) => {
      const right = rightOn(guest, caller);
      const status = this.#status(guest.id);
      return status === null || right === null ? [] : [guestAnswer(guest, status, right)];
    });
  }

  /** `template`: what it is made from; only then may somebody make it who has to choose among templates. */
  async create({ start, ...wanted }: NewGuest, caller: Caller, template: string | null = null): Promise<Guest> {
    const wish = this.#withDefaults(wanted, caller);
    const plain = { ...wish, kernelArguments: [], shares: [], disks: [], consoles: [], owner: caller.user.name };
    checkAdminFields(plain, wish, caller);
    const guest = this.#store.transaction(() => {
      const { definition, links } = this.#resolve(wish, wanted);
      const record = this.#quotas.holdFor(
        links.ownerId,
        null,
        () => this.#store.guests.insert(definition, links),
        template,
      );
      this.define(record);
      return record;
    });
    this.#tell("guest.created", guest, caller, `${caller.actor} created ${guest.definition.name}`);
    // The guest exists now, whether or not it starts.
    const refused = start ? await this.act(guest, "start", caller).then(() => null, refusalOf) : null;
    const answer = this.answer(guest, caller);
    if (refused === null) return answer;
    const warning = `${guest.definition.name} was made and not started. ${refused}`;
    return { ...answer, warnings: [...answer.warnings, warning] };
  }

  /**
   * Changes fields of a definition; whatever others change meanwhile stays as they left it. With `ifRevision` only the
   * definition that whoever changes it has seen. Throws `changed_meanwhile` with who changed what.
   */
  async change(
    { id }: Pick<GuestRecord, "id">,
    changes: ChangesOf,
    caller: Caller,
    ifRevision: number | null = null,
  ): Promise<Guest> {
    for (let tries = 1; ; tries += 1) {
      const guest = this.#existing(id);
      if (ifRevision !== null && guest.revision !== ifRevision) throw this.#meanwhile.error(guest, ifRevision);
      try {
        return await this.#changeOnce(
          guest,
          typeof changes === "function" ? changes(guest.definition) : changes,
          caller,
        );
      } catch (error) {
        const isStale = error instanceof CorralError && error.code === "changed_meanwhile";
        if (!isStale || tries === CHANGE_TRIES_MAXIMUM) throw error;
      }
    }
  }

  async #changeOnce(guest: GuestRecord, changes: GuestChanges, caller: Caller): Promise<Guest> {
    const before = guest.definition;
    const merged = guestDefinition.parse({ ...before, ...changes });
    const wish = { ...merged, owner: this.#ownerName(merged.owner) };
    checkAdminFields(before, wish, caller);
    const { definition, links } = resolveDefinition(wish, this.#store, this.#home);
    const discarded = discardedDisks(before.disks, definition.disks);
    await this.#refuseDiscardWhileUsed(guest, discarded);
    const fields = changedFields(before, definition);
    if (fields.length === 0) return this.answer(guest, caller);

    // Its devices may have been changed already, as by plugDisk: it is worth waiting.
    const changed = await whenUnlocked(() =>
      this.#store.transaction(() =>
        this.#quotas.holdFor(links.ownerId, guest, () => this.#store.guests.update(guest, definition, links)),
      ),
    );
    this.define(changed);
    await Promise.all(discarded.map(({ ubd }) => this.#supervisor.removeDisk(guest.id, ubd)));
    const lost =
      discarded.length === 0 ? "" : `; what was on ${discarded.map(({ ubd }) => `ubd${ubd}`).join(", ")} is gone`;
    this.#tell(
      "guest.changed",
      changed,
      caller,
      `${caller.actor} changed ${fields.join(", ")} of ${definition.name}${lost}`,
      { fields, revision: changed.revision },
    );
    return this.answer(changed, caller);
  }

  /** Throws what `change` would throw for a definition, and changes nothing. The disks' images, by their numbers. */
  checkWish(guest: GuestRecord, wish: GuestDefinition, caller: Caller): GuestRecord {
    checkAdminFields(guest.definition, wish, caller);
    const { definition, links } = resolveDefinition(wish, this.#store, this.#home);
    let checked: GuestRecord | undefined;
    try {
      this.#store.transaction(() => {
        checked = this.#quotas.holdFor(links.ownerId, guest, () => this.#store.guests.update(guest, definition, links));
        throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone) || checked === undefined) throw error;
    }
    return checked as GuestRecord;
  }

  async act(guest: GuestRecord, action: GuestAction, caller: Caller): Promise<Guest> {
    const verdict = guestCan(action, this.#supervisor.status(guest.id));
    if (!verdict.allowed) throw new CorralError("wrong_state", verdict.reason);
    if (this.#beingReset.has(guest.id)) {
      throw new CorralError("wrong_state", `${guest.definition.name} is just being reset. Try again in a moment.`);
    }
    if (action === "start") this.#quotas.checkStart(guest);
    this.#tell("guest.action", guest, caller, `${caller.actor}: ${action} ${guest.definition.name}`, { action });
    await this.#quotas.whileStarting(guest, action, () => this.#supervisor.act(guest.id, action));
    return this.answer(guest, caller);
  }

  /** Throws away what was written over its images, or to its own empty disks. Throws `wrong_state` while it is on. */
  async reset(guest: GuestRecord, caller: Caller): Promise<Guest> {
    const { name, disks } = guest.definition;
    if (this.#isOn(guest.id)) {
      throw new CorralError("wrong_state", `${name} is on, and a reset takes its disks away. Shut it down first.`);
    }
    const own = disks.filter(({ source }) => source.kind !== "file");
    this.#beingReset.add(guest.id);
    try {
      await Promise.all(own.map(({ ubd }) => this.#supervisor.removeDisk(guest.id, ubd)));
    } finally {
      this.#beingReset.delete(guest.id);
    }
    this.#tell("guest.reset", guest, caller, `${caller.actor} reset ${name} to its image`);
    return this.answer(guest, caller);
  }

  /** Connects a console of a running guest to another channel; `keep` writes it into the definition too. */
  async changeConsole(guest: GuestRecord, name: string, wanted: ConsoleChange, caller: Caller): Promise<Guest> {
    const { keep, ...channels } = wanted;
    const { definition } = guest;
    const consoles = withConsole(definition.consoles, { name, ...channels });
    const { data: wish, error } = guestDefinition.safeParse({ ...definition, consoles });
    if (wish === undefined) throw impossible("channel", error.issues[0]?.message ?? "cannot be");
    checkAdminFields(definition, wish, caller);
    resolveDefinition(wish, this.#store, this.#home);
    await this.#supervisor.changeConsole(guest.id, name, channels);
    this.#tell(
      "console.changed",
      guest,
      caller,
      `${caller.actor} connected ${name} of ${definition.name} to ${channelsInWords(channels)}`,
      { console: name, ...channels, keep },
    );
    if (!keep) return this.answer(guest, caller);
    const withThisOne = (now: GuestDefinition) => ({ consoles: withConsole(now.consoles, { name, ...channels }) });
    return this.change(guest, withThisOne, caller);
  }

  #withDefaults({ image, disks: given, ...wanted }: Omit<NewGuest, "start">, caller: Caller): GuestDefinition {
    const disks = disksOf({ disks: given, image }).map((one) => disk.parse(one));
    const kernel = wanted.kernel ?? this.#store.kernels.newest()?.name;
    if (kernel === undefined) throw impossible("kernel", "no kernel is registered yet; an admin registers one");
    return { ...wanted, kernel, disks, owner: this.#ownerName(wanted.owner ?? this.#ownerBy(caller)) };
  }

  /** Who creates it. The admin socket acts for the first admin, once there is one. */
  #ownerBy({ by, user }: Caller): string {
    if (by !== "socket" || this.#store.users.firstAdmin() !== null) return user.name;
    throw impossible(
      "owner",
      "there is no user yet whom it could belong to. Open the one-time link that the server printed (corral admin-link makes a new one), choose a name, and try again",
    );
  }

  /** Whoever gives an owner by id means the same one as who gives the name. */
  #ownerName(idOrName: string): string {
    return this.#store.users.find(idOrName)?.name ?? idOrName;
  }

  /** An image that was given in short is named so where it is wrong. */
  #resolve(wish: GuestDefinition, { image, disks }: Pick<NewGuest, "image" | "disks">) {
    if (image !== undefined && disks !== undefined) {
      throw impossible("image", "is short for one disk; give either image or disks");
    }
    try {
      return resolveDefinition(wish, this.#store, this.#home);
    } catch (error) {
      const isAboutImage = error instanceof CorralError && error.details?.[0]?.field === "disks.0.source.image";
      throw isAboutImage && image !== undefined ? impossible("image", error.details?.[0]?.message ?? "") : error;
    }
  }

  #existing(id: string): GuestRecord {
    const guest = this.#store.guests.find(id);
    if (guest === null) throw new CorralError("not_found", "This guest has just been deleted.");
    return guest;
  }

  /** Null for a guest that is just being deleted: its row goes last. */
  #status(id: string): GuestStatus | null {
    try {
      return this.#supervisor.status(id);
    } catch (error) {
      if (error instanceof CorralError && error.code === "not_found") return null;
      throw error;
    }
  }

  /** What may be deleted is off. */
  #isOn(id: string): boolean {
    const status = this.#status(id);
    return status !== null && !guestCan("delete", status).allowed;
  }

  /** Tells the supervisor what a guest is like now. One that was discarded stays off by itself. */
  define(guest: GuestRecord): void {
    const spec = guestSpec(guest, this.#store, this.#images);
    const definition = guest.discardedAt === null ? spec.definition : { ...spec.definition, autostart: false };
    this.#supervisor.define({ ...spec, definition });
  }

  async #refuseDiscardWhileUsed({ id, definition }: GuestRecord, discarded: readonly Disk[]): Promise<void> {
    if (discarded.length === 0) return;
    await this.#supervisor.takeUpMended(id);
    if (!this.#isOn(id)) return;
    const used = await this.#supervisor.pluggedDisks(
      id,
      discarded.map(({ ubd }) => ubd),
    );
    if (used.length === 0) return;
    const names = used.map((ubd) => `ubd${ubd}`).join(", ");
    throw new CorralError(
      "wrong_state",
      `This change throws away what is on ${names}, since a disk with another source is a new disk. That is not possible ` +
        `while ${definition.name} is on. Shut it down first.`,
    );
  }

  #tell(
    type: "console.changed" | "guest.created" | "guest.changed" | "guest.action" | "guest.reset",
    { id, ownerId }: GuestRecord,
    author: Caller,
    message: string,
    data: Record<string, unknown> = {},
  ): void {
    this.#events.append({ type, ...authorOf(author), subject: id, ownerId, message, data });
  }
}

/** In the place of the console of that name, or as one more. */
const withConsole = (consoles: readonly ConsoleDefinition[], changed: ConsoleDefinition): ConsoleDefinition[] =>
  consoles.some(({ name }) => name === changed.name)
    ? consoles.map((console) => (console.name === changed.name ? changed : console))
    : [...consoles, changed];

/** Rolls a transaction back that was only tried. */
class Undone extends Error {}

const refusalOf = (error: unknown): string => {
  if (!(error instanceof CorralError)) throw error;
  return error.message;
};

const changedFields = (before: GuestDefinition, after: GuestDefinition): string[] =>
  (Object.keys(after) as (keyof GuestDefinition)[]).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );

/** Disks of Corral's own that are gone, or have another source: files of the host are left as they are. */
const discardedDisks = (before: readonly Disk[], after: readonly Disk[]): Disk[] =>
  before.filter(({ ubd, source }) => {
    const now = after.find((disk) => disk.ubd === ubd);
    return source.kind !== "file" && JSON.stringify(now?.source) !== JSON.stringify(source);
  });
