import { existsSync } from "node:fs";
import { chmod, link, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CorralError } from "@corral/contracts";
import { diskArgument } from "@corral/uml";
import type { Mount } from "../sandbox/sandbox.ts";
import { makeDiskFile, removeDisk } from "./disks.ts";
import type { GuestFolder } from "./guestFolder.ts";
import type { DiskSpec, GuestSpec } from "./guestSpec.ts";
import { askMconsole } from "./mconsole.ts";
import type { RunningGuest } from "./runningGuest.ts";

/*
 * Disks for a guest that runs. Its sandbox cannot be given another mount, so two empty folders are in it from the start:
 * files that appear there appear inside. An image gets a second name (a hard link) in the one that the guest may only
 * read; a disk's own file gets one in the other.
 */

const INSIDE = "/hot";

export const hotPlugMounts = (folder: GuestFolder): readonly Mount[] => [
  { source: folder.hotPlug("disks"), target: `${INSIDE}/disks`, writable: true },
  { source: folder.hotPlug("images"), target: `${INSIDE}/images`, writable: false },
];

/** What was plugged in for one run goes with it. */
export const clearHotPlug = async (folder: GuestFolder): Promise<void> => {
  for (const kind of ["disks", "images"] as const) {
    await rm(folder.hotPlug(kind), { recursive: true, force: true });
    await mkdir(folder.hotPlug(kind), { recursive: true, mode: 0o755 });
    await chmod(folder.hotPlug(kind), 0o755);
  }
};

/** What is needed of a guest. */
interface Pluggable {
  readonly run: RunningGuest | null;
  readonly spec: GuestSpec;
  readonly folder: GuestFolder;
}

export const plugDisk = async (guest: Pluggable, disk: DiskSpec, owner: number | null): Promise<void> => {
  const { run, folder } = guest;
  const { name } = guest.spec.definition;
  if (disk.kind === "file") {
    throw new CorralError(
      "impossible",
      "disk.source: a file of the host can only be given to a guest at its start. Put it into the definition, then restart.",
      [{ field: "disk.source", message: "a file of the host can only be given at the start" }],
    );
  }
  if (run !== null && !run.record.argv.includes(`${INSIDE}/disks`)) {
    throw new CorralError(
      "wrong_state",
      `${name} was started by an older version of Corral and has no place for new disks. Restart it once.`,
    );
  }
  await refusePlugged(run, name, disk.ubd);
  const made = await makeDiskFile(disk, folder, owner);
  const inside = `${INSIDE}/disks/${fileName(disk)}`;
  const hot = join(folder.hotPlug("disks"), fileName(disk));
  const backing = disk.kind === "cow" ? `${INSIDE}/images/ubd${disk.ubd}.img` : null;
  try {
    await rm(hot, { force: true });
    await rename(made, hot);
    if (disk.kind === "cow") await linkImage(disk.image.path, join(folder.hotPlug("images"), `ubd${disk.ubd}.img`));
    await askMconsole(
      run,
      name,
      `config ${diskArgument({ ubd: disk.ubd, flags: disk.flags, serial: disk.serial, file: inside, ...(backing === null ? {} : { backing }) })}`,
    );
  } catch (error) {
    await rm(hot, { force: true });
    await removeDisk(folder, disk.ubd);
    throw error;
  }
};

/** As it was on the command line that it was launched with: its files are still in the sandbox. */
export const replugDisk = async ({ run, spec }: Pluggable, ubd: number): Promise<void> => {
  const { name } = spec.definition;
  await refusePlugged(run, name, ubd);
  const argument = run?.record.argv.find((word) => new RegExp(`^ubd${ubd}[a-z]*=`).test(word));
  if (argument === undefined) {
    throw new CorralError(
      "wrong_state",
      `${name} was not started with ubd${ubd}. Its definition brings it with a restart.`,
    );
  }
  await askMconsole(run, name, `config ${argument}`);
};

/** Gives the file of a plugged disk the name that the next launch looks for. */
export const keepDisk = async ({ folder }: Pluggable, ubd: number): Promise<void> => {
  for (const kind of ["cow", "img"]) {
    const file = `ubd${ubd}.${kind}`;
    const hot = join(folder.hotPlug("disks"), file);
    if (existsSync(hot) && !existsSync(join(folder.disks, file))) await link(hot, join(folder.disks, file));
  }
};

/** Whether the guest's kernel has a disk of this number. A guest that is not up yet or does not answer counts as having. */
export const isPlugged = async (run: RunningGuest, ubd: number): Promise<boolean> =>
  (await run.mconsole.getConfig(`ubd${ubd}`).catch(() => "unknown")) !== "";

const refusePlugged = async (run: RunningGuest | null, name: string, ubd: number): Promise<void> => {
  if ((await askMconsole(run, name, `config ubd${ubd}`)).trim() === "") return;
  throw new CorralError("in_use", `ubd${ubd}: ${name} has a disk of this number already. Choose another.`, [
    { field: "disk.ubd", message: "is plugged in already" },
  ]);
};

const fileName = (disk: DiskSpec): string => `ubd${disk.ubd}.${disk.kind === "cow" ? "cow" : "img"}`;

const linkImage = async (image: string, hot: string): Promise<void> => {
  await rm(hot, { force: true });
  await link(image, hot);
};
