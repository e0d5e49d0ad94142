import { closeSync } from "node:fs";
import { link, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CorralError } from "@corral/contracts";
import { cowFileBytes, diskArgument, fillCow } from "@corral/uml";
import { raiseFileLimit } from "../sandbox/fileLimit.ts";
import type { Mount } from "../sandbox/sandbox.ts";
import { linkOpenFile } from "../syscalls.ts";
import type { GuestFolder } from "./guestFolder.ts";
import type { DiskSpec, GuestSpec } from "./guestSpec.ts";
import type { DiskSlot } from "./launchRecord.ts";
import { askMconsole } from "./mconsole.ts";
import { removeTree } from "./removeTree.ts";
import type { RunningGuest } from "./runningGuest.ts";
import { emptySlot, makeSlots, openEmptySlot, pinSlot, slotInside, slotMounts } from "./slots.ts";

/*
 * Disks for a guest that runs. Its own part of one is made in a file that the sandbox has had from the start (slots.ts); the
 * image below it gets a second name (a hard link) in a folder of the sandbox that the guest may only read.
 */

const IMAGES_INSIDE = "/hot/images";

export const hotPlugMounts = (folder: GuestFolder): readonly Mount[] => [
  ...slotMounts(folder),
  { source: folder.pluggedImages, target: IMAGES_INSIDE, writable: false },
];

/** Makes a launch's places for disks that are plugged in later. What was plugged in for the run before goes. */
export const preparePlugs = async (folder: GuestFolder, owner: number | null): Promise<DiskSlot[]> => {
  await removeTree(folder.writablePlugs);
  await removeTree(folder.pluggedImages);
  await mkdir(folder.pluggedImages, { mode: 0o755 });
  return makeSlots(folder, owner);
};

/** What is needed of a guest. */
interface Pluggable {
  readonly run: RunningGuest | null;
  readonly spec: GuestSpec;
  readonly folder: GuestFolder;
  readonly uid: number | null;
}

export const plugDisk = async (guest: Pluggable, disk: DiskSpec): Promise<void> => {
  const { run, folder, uid } = guest;
  const { name } = guest.spec.definition;
  if (disk.kind === "file") {
    throw new CorralError(
      "impossible",
      "disk.source: a file of the host can only be given to a guest at its start. Put it into the definition, then restart.",
      [{ field: "disk.source", message: "a file of the host can only be given at the start" }],
    );
  }
  await refusePlugged(run, name, disk.ubd);
  const slot = slotOf(run, disk.ubd);
  if (run === null || slot === undefined) {
    throw new CorralError(
      "wrong_state",
      `${name} was started by an older version of Corral and has no place for new disks. Restart it once.`,
    );
  }
  const image = disk.kind === "cow" ? `ubd${disk.ubd}.img` : null;
  const setting = diskArgument({
    ubd: disk.ubd,
    flags: disk.flags,
    serial: disk.serial,
    file: slotInside(disk.ubd),
    ...(image === null ? {} : { backing: `${IMAGES_INSIDE}/${image}` }),
  });
  const bytes = disk.kind === "cow" ? cowFileBytes(disk.image.size) : disk.sizeBytes;
  const file = await openEmptySlot(folder, slot, uid);
  try {
    await letWrite(guest, bytes, disk.ubd);
    // Before anything is in the file: a disk that nobody has written down is one that the guest made.
    noteSlot(run, { ...slot, plugged: { setting, bytes } });
    if (disk.kind === "empty") await file.truncate(bytes);
    else {
      await linkImage(disk.image.path, join(folder.pluggedImages, image as string));
      await fillCow(file, { backing: disk.image.path, backingInside: `${IMAGES_INSIDE}/${image}` });
    }
    await askMconsole(run, name, `config ${setting}`);
  } catch (error) {
    await file.truncate(0);
    noteSlot(run, { ...slot, plugged: null });
    throw error;
  } finally {
    await file.close();
  }
};

/** As it was on the command line that it was launched with, or plugged in and kept: its files are still in the sandbox. */
export const replugDisk = async ({ run, spec }: Pluggable, ubd: number): Promise<void> => {
  const { name } = spec.definition;
  await refusePlugged(run, name, ubd);
  const argument =
    slotOf(run, ubd)?.plugged?.setting ?? run?.record.argv.find((word) => new RegExp(`^ubd${ubd}[a-z]*=`).test(word));
  if (argument === undefined) {
    throw new CorralError(
      "wrong_state",
      `${name} was not started with ubd${ubd}. Its definition brings it with a restart.`,
    );
  }
  await askMconsole(run, name, `config ${argument}`);
};

/** Gives the file of a plugged disk the name that the next launch looks for. */
export const keepDisk = async ({ run, spec, folder, uid }: Pluggable, disk: DiskSpec): Promise<void> => {
  const slot = slotOf(run, disk.ubd);
  if (slot === undefined || slot.plugged === null) {
    throw new CorralError("wrong_state", `${spec.definition.name} has no disk ubd${disk.ubd} that could be kept.`);
  }
  const pinned = pinSlot(folder, slot, uid);
  try {
    if (pinned.kept) return;
    const file = join(folder.disks, `ubd${disk.ubd}.${disk.kind === "cow" ? "cow" : "img"}`);
    const beside = `${file}.new`;
    await rm(beside, { force: true });
    linkOpenFile(pinned.fd, beside);
    // What lies there is of a disk that the definition has not any more, and was to be gone.
    await rename(beside, file);
  } finally {
    closeSync(pinned.fd);
  }
};

/** Gives back what a disk takes that the running guest has let go of, unless it was kept. */
export const releaseDisk = async ({ run, folder, uid }: Pluggable, ubd: number): Promise<void> => {
  const slot = slotOf(run, ubd);
  if (run === null || slot === undefined || slot.plugged === null) return;
  if (await emptySlot(folder, slot, uid)) noteSlot(run, { ...slot, plugged: null });
};

/** Whether the guest's kernel has a disk of this number. A guest that is not up yet or does not answer counts as having. */
export const isPlugged = async (run: RunningGuest, ubd: number): Promise<boolean> =>
  (await run.mconsole.getConfig(`ubd${ubd}`).catch(() => "unknown")) !== "";

/** A kernel of a run of before has no such limit. */
const letWrite = async ({ run, uid }: Pluggable, bytes: number, ubd: number): Promise<void> => {
  try {
    if (run !== null && run.pid !== null) await raiseFileLimit(run.pid, bytes, uid);
  } catch (error) {
    throw new CorralError(
      "host_unfit",
      `ubd${ubd} is larger than any file that this guest was started with may become, and the host does not let this server raise that limit (${(error as Error).message}). Put the disk into the definition, then restart the guest.`,
    );
  }
};

const slotOf = (run: RunningGuest | null, ubd: number): DiskSlot | undefined =>
  run?.record.slots.find((slot) => slot.ubd === ubd);

const noteSlot = (run: RunningGuest, changed: DiskSlot): void =>
  run.note({ slots: run.record.slots.map((slot) => (slot.ubd === changed.ubd ? changed : slot)) });

const refusePlugged = async (run: RunningGuest | null, name: string, ubd: number): Promise<void> => {
  if ((await askMconsole(run, name, `config ubd${ubd}`)).trim() === "") return;
  throw new CorralError("in_use", `ubd${ubd}: ${name} has a disk of this number already. Choose another.`, [
    { field: "disk.ubd", message: "is plugged in already" },
  ]);
};

const linkImage = async (image: string, place: string): Promise<void> => {
  await rm(place, { force: true });
  await link(image, place);
};
