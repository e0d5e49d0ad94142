import {
  COUNTED,
  COUNTED_NAMES,
  CorralError,
  type Counted,
  type GuestAction,
  guestCan,
  type Quota,
  type QuotaState,
  type QuotaUse,
} from "@corral/contracts";
import type { GuestRecord, Store } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";

const MIB = 1024 * 1024;
/** A UML kernel has one CPU. */
const CPUS_OF_A_GUEST = 1;

/** A quota that counts for somebody: their own (group null), or one that they share with a group. */
interface Pool {
  readonly group: string | null;
  readonly limits: Quota;
  readonly ownerIds: readonly string[];
}

/**
 * What people may have at most. Definitions are judged inside the transaction that writes them, and starts in the same
 * turn of the event loop that begins them, so that none of a hundred at once slips by.
 */
export class Quotas {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  /** Guests that were let start and may not say so yet. */
  readonly #starting = new Set<string>();

  constructor(store: Store, supervisor: Supervisor) {
    this.#store = store;
    this.#supervisor = supervisor;
  }

  stateOf(userId: string): QuotaState {
    const pools = this.#poolsOf(userId);
    return {
      use: this.#use([userId]),
      pools: pools.map(({ group, limits, ownerIds }) => ({ group, limits, use: this.#use(ownerIds) })),
    };
  }

  /**
   * Writes a guest of this owner's, inside a transaction that is open; throws `quota_exceeded`, which undoes it, if that
   * takes more than the owner may have. What takes no more than before passes, since a quota may have been made smaller.
   */
  holdFor(
    ownerId: string,
    before: GuestRecord | null,
    write: () => GuestRecord,
    template: string | null = null,
  ): GuestRecord {
    const pools = this.#poolsOf(ownerId);
    if (pools.length === 0) return write();
    const usedBefore = pools.map(({ ownerIds }) => this.#use(ownerIds));
    const guest = write();
    checkChoices(pools, before, guest, template);
    for (const [index, { group, limits, ownerIds }] of pools.entries()) {
      const use = this.#use(ownerIds);
      for (const counted of COUNTED_NAMES) {
        const limit = limits[counted];
        if (limit === null || use[counted] <= limit || use[counted] <= (usedBefore[index]?.[counted] ?? 0)) continue;
        throw exceeded(counted, use, limit, group);
      }
    }
    return guest;
  }

  /** Throws `quota_exceeded` when one more guest of its owner's may not be on. */
  checkStart(guest: Pick<GuestRecord, "id" | "ownerId">): void {
    for (const { group, limits, ownerIds } of this.#poolsOf(guest.ownerId)) {
      const use = this.#use(ownerIds);
      for (const counted of ["runningGuests", "cpus"] as const) {
        const wanted = use[counted] + (counted === "cpus" ? CPUS_OF_A_GUEST : 1);
        const limit = limits[counted];
        if (limit !== null && wanted > limit) throw exceeded(counted, { ...use, [counted]: wanted }, limit, group);
      }
    }
  }

  /** Counts a guest as on from now until `act` is through, when it says so itself. */
  async whileStarting<T>({ id }: Pick<GuestRecord, "id">, action: GuestAction, act: () => Promise<T>): Promise<T> {
    if (action !== "start") return act();
    this.#starting.add(id);
    try {
      return await act();
    } finally {
      this.#starting.delete(id);
    }
  }

  #poolsOf(userId: string): Pool[] {
    const own = this.#store.users.quota(userId);
    const shared = this.#store.groups.poolsOf(userId);
    return [
      ...(own === null ? [] : [{ group: null, limits: own, ownerIds: [userId] }]),
      ...shared.map(({ name, quota, memberIds }) => ({ group: name, limits: quota, ownerIds: memberIds })),
    ];
  }

  #use(ownerIds: readonly string[]): QuotaUse {
    const all = this.#store.guests.ownedBy(ownerIds);
    const present = all.filter(({ discardedAt }) => discardedAt === null);
    const running = present.filter(({ id }) => this.#isOn(id)).length;
    const diskOf = (guests: readonly GuestRecord[]) => guests.reduce((sum, guest) => sum + this.diskMiB(guest), 0);
    return {
      guests: present.length,
      runningGuests: running,
      memoryMiB: present.reduce((sum, { definition }) => sum + definition.memoryMiB, 0),
      diskMiB: diskOf(all),
      discardedDiskMiB: diskOf(all.filter(({ discardedAt }) => discardedAt !== null)),
      cpus: running * CPUS_OF_A_GUEST,
    };
  }

  /** As large as its disks can become. Files of the host are an admin's gift. */
  diskMiB({ definition, imageIds }: GuestRecord): number {
    return definition.disks.reduce((sum, { ubd, source }) => {
      if (source.kind === "empty") return sum + source.sizeMiB;
      const image = source.kind === "image" ? this.#store.images.find(imageIds.get(ubd) ?? "") : null;
      return sum + Math.ceil((image?.sizeBytes ?? 0) / MIB);
    }, 0);
  }

  #isOn(id: string): boolean {
    if (this.#starting.has(id)) return true;
    try {
      return !guestCan("delete", this.#supervisor.status(id)).allowed;
    } catch (error) {
      // Not made known to the supervisor yet, or no longer.
      if (error instanceof CorralError && error.code === "not_found") return false;
      throw error;
    }
  }
}

/** Images, kernels, networks and templates that may be used: those that any of the quotas names; all, if none names any. */
const checkChoices = (
  pools: readonly Pool[],
  before: GuestRecord | null,
  { definition }: GuestRecord,
  template: string | null,
): void => {
  const allowed = (what: "images" | "kernels" | "networks" | "templates"): readonly string[] | null => {
    const lists = pools.flatMap(({ limits }) => limits[what] ?? []);
    return pools.some(({ limits }) => limits[what] !== null) ? lists : null;
  };
  const refuse = (field: string, what: string, name: string, names: readonly string[]): never => {
    const choice = names.length === 0 ? "none" : names.join(", ");
    const message = `your quota does not have the ${what} ${name}; it has ${choice}`;
    throw new CorralError("quota_exceeded", `${field}: ${message}`, [{ field, message }]);
  };
  const templates = allowed("templates");
  if (before === null && templates !== null && (template === null || !templates.includes(template))) {
    refuse("template", "template", template ?? "(none)", templates);
  }
  // A template is an admin's choice: its image and kernel come with it.
  if (template !== null) return;
  const [images, kernels] = [allowed("images"), allowed("kernels")];
  if (kernels !== null && definition.kernel !== before?.definition.kernel && !kernels.includes(definition.kernel)) {
    refuse("kernel", "kernel", definition.kernel, kernels);
  }
  const networks = allowed("networks");
  const plugged = new Set(before?.definition.interfaces.map(({ device, transport }) => `${device} ${transport}`));
  for (const [index, { device, transport }] of definition.interfaces.entries()) {
    if (networks === null || plugged.has(`${device} ${transport}`) || networks.includes(transport)) continue;
    refuse(`interfaces.${index}.transport`, "network", transport, networks);
  }
  const had = new Set(before?.definition.disks.map(({ source }) => (source.kind === "image" ? source.image : "")));
  for (const [index, { source }] of definition.disks.entries()) {
    if (images === null || source.kind !== "image" || had.has(source.image) || images.includes(source.image)) continue;
    refuse(`disks.${index}.source.image`, "image", source.image, images);
  }
};

const FIELDS: Readonly<Record<Counted, string>> = {
  guests: "name",
  runningGuests: "start",
  memoryMiB: "memoryMiB",
  diskMiB: "disks",
  cpus: "start",
};

/** `wanted`: what would be used. */
const exceeded = (counted: Counted, wanted: QuotaUse, limit: number, group: string | null): CorralError => {
  const whose = group === null ? "The quota is" : `The quota that the members of ${group} share is`;
  const { discardedDiskMiB } = wanted;
  const remedy =
    counted === "diskMiB" && discardedDiskMiB > 0
      ? `${discardedDiskMiB} of that are of deleted guests that can still be brought back: delete those for good, or ask an admin for more.`
      : "Delete, shrink or shut something down first, or ask an admin for more.";
  const message = `${whose} ${limit} ${COUNTED[counted]}, and this would make it ${wanted[counted]}. ${remedy}`;
  return new CorralError("quota_exceeded", message, [{ field: FIELDS[counted], message }]);
};
