import { realpathSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { relative, sep } from "node:path";
import { type GuestDefinition, impossible, type ParsedChannel, parseChannel } from "@corral/contracts";
import type { GuestLinks, KernelRow, Store } from "@corral/store";
import { whyNotHostTerminal } from "@corral/supervisor";

export interface ResolvedDefinition {
  /** With the names that its owner, kernel and images have, however they were given. */
  readonly definition: GuestDefinition;
  readonly links: GuestLinks;
}

/**
 * Checks what zod cannot: that everything a definition names exists, and that its kernel and this host can do it.
 * Throws `impossible`, naming the field and what there is.
 */
export const resolveDefinition = (definition: GuestDefinition, store: Store, home: string): ResolvedDefinition => {
  const owner = store.users.find(definition.owner);
  if (owner === null) throw impossible("owner", `there is no user ${definition.owner}; ${thereIs(store.users.list())}`);
  const kernel = store.kernels.find(definition.kernel);
  if (kernel === null) {
    throw impossible("kernel", `there is no kernel ${definition.kernel}; ${thereIs(store.kernels.list())}`);
  }
  const imageIds = new Map<number, string>();
  const disks = definition.disks.map((disk, index) => {
    if (disk.source.kind !== "image") return disk;
    const image = store.images.find(disk.source.image);
    if (image === null) {
      const field = `disks.${index}.source.image`;
      throw impossible(field, `there is no image ${disk.source.image}; ${thereIs(store.images.list())}`);
    }
    imageIds.set(disk.ubd, image.id);
    return { ...disk, source: { kind: "image" as const, image: image.name } };
  });

  checkDisks(definition);
  checkHostPaths(definition, home);
  checkHostTerminals(definition);
  checkKernel(definition, kernel);
  checkCpus(definition);
  return {
    definition: { ...definition, owner: owner.name, kernel: kernel.name, disks },
    links: { ownerId: owner.id, kernelId: kernel.id, imageIds },
  };
};

const thereIs = (items: readonly { readonly name: string }[]): string =>
  items.length === 0 ? "there is none yet" : `there is ${items.map(({ name }) => name).join(", ")}`;

/** /dev/ubdb is ubd1. */
const deviceOf = (ubd: number): string => `/dev/ubd${String.fromCharCode("a".charCodeAt(0) + ubd)}`;

const checkDisks = ({ disks, rootDevice }: GuestDefinition): void => {
  const devices = disks.map(({ ubd }) => deviceOf(ubd));
  if (!devices.includes(rootDevice.replace(/\d+$/, ""))) {
    const has = devices.length === 0 ? "the guest has no disk at all" : `the guest has ${devices.join(", ")}`;
    throw impossible("rootDevice", `there is no disk for ${rootDevice}; ${has}`);
  }
  const writers = new Map<string, number>();
  for (const [index, disk] of disks.entries()) {
    if (disk.source.kind !== "file" || disk.readOnly || disk.shared) continue;
    const path = realPath(disk.source.path);
    const other = writers.get(path);
    if (other !== undefined) {
      throw impossible(
        `disks.${index}.source.path`,
        `ubd${disk.ubd} and ubd${other} are the same file, and both would write to it; make one of them read-only`,
      );
    }
    writers.set(path, disk.ubd);
  }
};

/** Files and folders of the host that a guest is given. Corral's own data must not be among them. */
const checkHostPaths = ({ disks, shares }: GuestDefinition, home: string): void => {
  for (const [index, { source }] of disks.entries()) {
    if (source.kind !== "file") continue;
    const field = `disks.${index}.source.path`;
    const facts = statSync(source.path, { throwIfNoEntry: false });
    if (facts === undefined) throw impossible(field, `there is no file ${source.path}`);
    if (!facts.isFile() && !facts.isBlockDevice()) {
      throw impossible(field, `${source.path} is neither a file nor a block device`);
    }
    refuseOwnData(field, source.path, home);
  }
  for (const [index, { folder }] of shares.entries()) {
    const field = `shares.${index}.folder`;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw impossible(field, `there is no folder ${folder}`);
    }
    refuseOwnData(field, folder, home);
  }
};

const refuseOwnData = (field: string, path: string, home: string): void => {
  const [given, own] = [realPath(path), realPath(home)];
  if (isWithin(given, own) || isWithin(own, given)) {
    throw impossible(field, `${path} is part of Corral's own data, or contains it, and no guest may have that`);
  }
};

const isWithin = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
};

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

const checkKernel = ({ shares, consoles, interfaces }: GuestDefinition, { name, abilities }: KernelRow): void => {
  if (shares.length > 0 && !abilities.hostfs) {
    throw impossible("shares", `the kernel ${name} was built without hostfs and cannot mount folders of the host`);
  }
  for (const [index, { transport }] of interfaces.entries()) {
    const has = transport === "l2tpv3" ? abilities.vector : abilities.ethTransports.includes(transport);
    if (!has) throw impossible(`interfaces.${index}.transport`, `the kernel ${name} was built without ${transport}`);
  }
  for (const [field, { kind }] of channelsOf(consoles)) {
    if (kind === "none" || abilities.channels.includes(kind)) continue;
    throw impossible(field, `the kernel ${name} was built without ${kind}; it has ${abilities.channels.join(", ")}`);
  }
};

/** Every channel of every console, with the field that names it. */
const channelsOf = (consoles: GuestDefinition["consoles"]): (readonly [string, ParsedChannel])[] =>
  consoles.flatMap(({ channel, output }, index) => [
    [`consoles.${index}.channel`, parseChannel(channel)] as const,
    ...(output === undefined ? [] : [[`consoles.${index}.output`, parseChannel(output)] as const]),
  ]);

/** What is given to a guest as a terminal of the host must be one, and not some other device. */
const checkHostTerminals = ({ consoles }: GuestDefinition): void => {
  for (const [field, channel] of channelsOf(consoles)) {
    const problem = channel.kind === "tty" ? whyNotHostTerminal(channel.path) : null;
    if (problem !== null) throw impossible(field, problem);
  }
};

const checkCpus = ({ cpus: wanted }: GuestDefinition): void => {
  const count = cpus().length;
  const absent = wanted?.find((cpu) => cpu >= count);
  if (absent !== undefined)
    throw impossible("cpus", `there is no CPU ${absent} on this host; it has 0 to ${count - 1}`);
};
