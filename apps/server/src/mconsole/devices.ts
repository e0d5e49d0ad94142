import {
  CorralError,
  type Disk,
  definitionFields,
  type GuestDefinition,
  type GuestDevice,
  type GuestDevices,
  type NetworkInterface,
} from "@corral/contracts";
import type { GuestRecord, Store } from "@corral/store";
import type { Supervisor } from "@corral/supervisor";
import { diskSpec } from "../guests/guestSpec.ts";
import type { ChangesOf, Guests } from "../guests/guests.ts";
import type { ImageFolder } from "../library/imageFolder.ts";
import type { Caller } from "../people/caller.ts";
import type { Mconsole } from "./mconsole.ts";

/** ubd0 to ubd15 and con0 to con15. */
const NUMBERS = Array.from({ length: 16 }, (_, number) => number);
/** What the kernel says of a console that nobody configured. */
const UNSET = ["", "none", "null"];

interface DevicesOptions {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly guests: Guests;
  readonly mconsole: Mconsole;
  readonly images: ImageFolder;
}

interface Use {
  readonly guest: GuestRecord;
  readonly caller: Caller;
}

/** Devices of running guests: what is plugged in, and changes to it for this run or for good. */
export class Devices {
  readonly #options: DevicesOptions;

  constructor(options: DevicesOptions) {
    this.#options = options;
  }

  async list({ guest, caller }: Use): Promise<GuestDevices> {
    // Its definition may have changed since it was asked for: by what was plugged to be kept.
    const use = { guest: this.#options.store.guests.find(guest.id) ?? guest, caller };
    const { disks, consoles } = use.guest.definition;
    const names = [
      ...NUMBERS.map((number) => `ubd${number}`),
      ...new Set([...NUMBERS.map((number) => `con${number}`), ...consoles.map(({ name }) => name)]),
    ];
    const { mconsole } = this.#options;
    const answers = await mconsole.askQuietly(use, [...names.map((name) => `config ${name}`), "proc meminfo"]);
    const devices = names.flatMap((device, index): GuestDevice[] => {
      const setting = answers[index]?.trim() ?? "";
      const kind = device.startsWith("ubd") ? "disk" : "console";
      const defined =
        kind === "disk"
          ? disks.some(({ ubd }) => `ubd${ubd}` === device)
          : consoles.some(({ name, channel }) => name === device && channel !== "none");
      const plugged = kind === "disk" ? setting !== "" : !UNSET.includes(setting);
      return plugged || defined ? [{ device, kind, setting: setting || null, plugged, defined }] : [];
    });
    return { devices: [...devices, ...this.#interfaces(use)], memory: memoryIn(answers.at(-1) ?? "") };
  }

  /** Those that Corral has given it: its kernel cannot be asked. */
  #interfaces({ guest }: Use): GuestDevice[] {
    const defined = new Map(guest.definition.interfaces.map((each) => [each.device, each]));
    const plugged = new Map(this.#options.supervisor.interfaces(guest.id).map((each) => [each.device, each]));
    return [...new Map([...defined, ...plugged]).values()].map((each) => ({
      device: each.device,
      kind: "network",
      setting: plugged.has(each.device) ? inWords(each) : null,
      plugged: plugged.has(each.device),
      defined: defined.has(each.device),
    }));
  }

  /** One of its definition has to be given back as it stands there. */
  async plugInterface(use: Use, wish: NetworkInterface, keep: boolean): Promise<GuestDevices> {
    const { supervisor, guests, mconsole } = this.#options;
    const { guest, caller } = use;
    const { interfaces } = guest.definition;
    const defined = interfaces.find(({ device }) => device === wish.device);
    if (defined !== undefined && JSON.stringify(defined) !== JSON.stringify(wish)) {
      throw new CorralError(
        "in_use",
        `${wish.device}: the definition has another interface of this name. Choose another.`,
        [{ field: "interface.device", message: "is another one in the definition" }],
      );
    }
    const kept = [...interfaces, ...(defined === undefined ? [wish] : [])];
    const [problem] = definitionFields.interfaces.safeParse(kept).error?.issues ?? [];
    if (problem !== undefined) {
      throw new CorralError("in_use", `With ${wish.device} the definition's interfaces ${problem.message}.`, [
        { field: "interface", message: problem.message },
      ]);
    }
    guests.checkWish(guest, { ...guest.definition, interfaces: kept }, caller);
    const command = `config ${wish.device}: ${inWords(wish)}`;
    await mconsole.through(use, command, () => supervisor.plugInterface(guest.id, wish));
    if (keep && defined === undefined) await this.#keep(use, (now) => ({ interfaces: [...now.interfaces, wish] }));
    return this.list(use);
  }

  async plugDisk(use: Use, disk: Disk, keep: boolean): Promise<GuestDevices> {
    const { store, supervisor, images, guests } = this.#options;
    const { guest, caller } = use;
    const defined = guest.definition.disks.find(({ ubd }) => ubd === disk.ubd);
    if (defined !== undefined) {
      if (JSON.stringify(defined) !== JSON.stringify(disk)) {
        throw new CorralError(
          "in_use",
          `ubd${disk.ubd}: the definition has another disk of this number. Choose another.`,
          [{ field: "disk.ubd", message: "is another disk in the definition" }],
        );
      }
      await supervisor.replugDisk(guest.id, disk.ubd);
      return this.list(use);
    }
    const wish: GuestDefinition = { ...guest.definition, disks: [...guest.definition.disks, disk] };
    const { definition, imageIds } = guests.checkWish(guest, wish, caller);
    const resolved = definition.disks.find(({ ubd }) => ubd === disk.ubd) ?? disk;
    const spec = diskSpec(resolved, imageIds, store, images);
    await supervisor.plugDisk(guest.id, spec);
    if (keep) {
      await supervisor.keepDisk(guest.id, spec);
      await this.#keep(use, (now) => ({ disks: [...now.disks, disk] }));
    }
    return this.list(use);
  }

  async remove(use: Use, device: string, keep: boolean): Promise<string> {
    const { mconsole } = this.#options;
    const { disks, consoles, interfaces } = use.guest.definition;
    const text = await mconsole.ask(use, `remove ${device}`);
    const { supervisor } = this.#options;
    supervisor.forgetInterface(use.guest.id, device);
    const ubd = /^ubd(\d+)$/.exec(device)?.[1];
    if (ubd !== undefined) await supervisor.releaseDisk(use.guest.id, Number(ubd));
    if (keep && interfaces.some((each) => each.device === device)) {
      await this.#keep(use, (now) => ({ interfaces: now.interfaces.filter((each) => each.device !== device) }));
    } else if (keep && disks.some(({ ubd }) => `ubd${ubd}` === device)) {
      await this.#keep(use, (now) => ({ disks: now.disks.filter(({ ubd }) => `ubd${ubd}` !== device) }));
    } else if (keep && consoles.some(({ name }) => name === device)) {
      await this.#keep(use, (now) => ({ consoles: now.consoles.filter(({ name }) => name !== device) }));
    }
    return text;
  }

  async changeMemory(use: Use, changeMiB: number): Promise<{ freeBeforeKiB: number; freeAfterKiB: number }> {
    const { mconsole } = this.#options;
    const free = async (): Promise<number> => {
      const [text] = await mconsole.askQuietly(use, ["proc meminfo"]);
      return memoryIn(text ?? "")?.freeKiB ?? 0;
    };
    const freeBeforeKiB = await free();
    await mconsole.ask(use, `config mem=${changeMiB < 0 ? "-" : "+"}${Math.abs(changeMiB)}M`);
    return { freeBeforeKiB, freeAfterKiB: await free() };
  }

  /** The guest has this change already: it is no reason to restart it, unless something else was. */
  async #keep({ guest, caller }: Use, changes: ChangesOf): Promise<void> {
    const { guests, supervisor } = this.#options;
    const { restartNeeded } = supervisor.status(guest.id);
    await guests.change(guest, changes, caller);
    if (!restartNeeded) supervisor.isTakenUp(guest.id);
  }
}

const inWords = ({ transport, port, peerPort, mac }: NetworkInterface): string =>
  `${transport}, port ${port} to ${peerPort}${mac === null ? "" : `, ${mac}`}`;

const memoryIn = (meminfo: string): GuestDevices["memory"] => {
  const [total, free] = ["MemTotal", "MemFree"].map(
    (name) => new RegExp(`^${name}: +(\\d+) kB`, "m").exec(meminfo)?.[1],
  );
  return total === undefined || free === undefined ? null : { totalKiB: Number(total), freeKiB: Number(free) };
};
