import type { BigIntStats } from "node:fs";
import { chown, open, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, join } from "node:path";
import { CorralError } from "@corral/contracts";
import { checkOpenCow, cowFileBytes, createCow, type DiskArgument } from "@corral/uml";
import { imageProblem } from "../images/imageFile.ts";
import type { Mount } from "../sandbox/sandbox.ts";
import { isDiskFull } from "./diskFull.ts";
import type { GuestFolder } from "./guestFolder.ts";
import type { DiskSpec, GuestSpec } from "./guestSpec.ts";
import type { DiskFile } from "./launchRecord.ts";
import { openOwnFile } from "./ownFile.ts";
import { removeTree } from "./removeTree.ts";
import { START_FREE_MINIMUM_BYTES } from "./roomToStart.ts";

export interface PreparedDisks {
  readonly arguments: readonly DiskArgument[];
  readonly mounts: readonly Mount[];
  /** The files of the guest's own disks, and how large each may become. */
  readonly files: readonly DiskFile[];
  /** How large any file that it writes to may become: of its own disks, or a file of the host. */
  readonly bytesMaximum: number;
}

/**
 * Makes the files that a guest's disks need and says how the kernel is to be given them. Whatever is wrong is found
 * here, before anything is started: CorralError with the disk's field, nothing left half made.
 */
export const prepareDisks = async (
  spec: GuestSpec,
  folder: GuestFolder,
  owner: number | null,
): Promise<PreparedDisks> => {
  const { bavail, bsize } = await statfs(folder.folder);
  if (bavail * bsize < START_FREE_MINIMUM_BYTES) {
    throw new CorralError(
      "disk_full",
      `The disk that holds Corral's data has only ${Math.floor((bavail * bsize) / 1024)} KiB free, so ${spec.definition.name} was not started. Free some space, then start it again.`,
    );
  }
  // Of none is anything left to be done when one has failed.
  const settled = await Promise.allSettled(spec.disks.map((disk) => prepareDisk(disk, folder, owner)));
  const prepared = settled.map((result, index) => {
    if (result.status === "fulfilled") return result.value;
    throw explained(result.reason, spec.definition.name, spec.disks[index]?.ubd, `disks.${index}`);
  });
  return {
    arguments: prepared.map((disk) => disk.argument),
    mounts: prepared.flatMap((disk) => disk.mounts),
    files: prepared.flatMap((disk) => (disk.ownFile === null ? [] : [disk.ownFile])),
    bytesMaximum: Math.max(0, ...prepared.map((disk) => disk.bytes)),
  };
};

interface PreparedDisk {
  readonly argument: DiskArgument;
  readonly mounts: readonly Mount[];
  readonly ownFile: DiskFile | null;
  /** How large the file may become that the guest writes to. */
  readonly bytes: number;
}

const prepareDisk = async (disk: DiskSpec, folder: GuestFolder, owner: number | null): Promise<PreparedDisk> => {
  const flags = disk.flags;
  const common = { ubd: disk.ubd, flags, serial: disk.serial };
  if (disk.kind === "cow") {
    const file = await cowOver(disk, folder, owner);
    const bytes = cowFileBytes(disk.image.size);
    const inside = `/disks/ubd${disk.ubd}.cow`;
    const backing = `/images/${disk.image.name}.img`;
    return {
      argument: { ...common, file: inside, backing },
      mounts: [
        { source: file, target: inside, writable: true },
        { source: disk.image.path, target: backing, writable: false },
      ],
      ownFile: { name: basename(file), bytes },
      bytes,
    };
  }
  const inside = `/disks/ubd${disk.ubd}.img`;
  const source = disk.kind === "file" ? await plainFile(disk.path) : await emptyDisk(disk, folder, owner);
  // One that somebody made larger by hand is as large as that.
  const { size } = await stat(source);
  const bytes = disk.kind === "file" ? size : Math.max(size, disk.sizeBytes);
  return {
    argument: { ...common, file: inside },
    mounts: [{ source, target: inside, writable: !flags.readOnly }],
    ownFile: disk.kind === "file" ? null : { name: basename(source), bytes },
    bytes,
  };
};

const cowOver = async (
  disk: DiskSpec & { kind: "cow" },
  folder: GuestFolder,
  owner: number | null,
): Promise<string> => {
  const { name, path, size, mtimeS } = disk.image;
  const problem = await imageProblem(path, { sizeBytes: size, mtimeS });
  if (problem !== null) throw new CorralError("host_unfit", `the image ${name} cannot be used. ${problem}`);
  const file = join(folder.disks, `ubd${disk.ubd}.cow`);
  const handle = await openOwnFile(file, owner, "write");
  if (handle === null) {
    await createCow({ file, backing: path, backingInside: `/images/${name}.img` });
    if (owner !== null) await chown(file, owner, owner);
    return file;
  }
  try {
    const check = await checkOpenCow(handle, file, path);
    if (check.result !== "ok") {
      throw new CorralError("host_unfit", `its COW file does not fit image ${name}: ${check.message}`);
    }
    // What lies behind the last sector is not of the disk: its guest put it there.
    if ((await handle.stat()).size > cowFileBytes(size)) await handle.truncate(cowFileBytes(size));
  } finally {
    await handle.close();
  }
  return file;
};

const emptyDisk = async (
  disk: DiskSpec & { kind: "empty" },
  folder: GuestFolder,
  owner: number | null,
): Promise<string> => {
  const file = join(folder.disks, `ubd${disk.ubd}.img`);
  const there = await openOwnFile(file, owner, "read");
  if (there !== null) {
    await there.close();
    return file;
  }
  const beside = `${file}.new`;
  await rm(beside, { force: true });
  const handle = await open(beside, "wx", 0o600);
  try {
    await handle.truncate(disk.sizeBytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (owner !== null) await chown(beside, owner, owner);
  await rename(beside, file);
  return file;
};

const plainFile = async (path: string): Promise<string> => {
  const facts = await statOrNull(path);
  if (facts === null) throw new CorralError("host_unfit", `the file ${path} is not there.`);
  if (!facts.isFile() && !facts.isBlockDevice()) {
    throw new CorralError("host_unfit", `${path} is neither a file nor a block device.`);
  }
  return path;
};

const statOrNull = async (path: string): Promise<BigIntStats | null> => {
  try {
    return await stat(path, { bigint: true });
  } catch {
    return null;
  }
};

/** Deletes the disks that a definition no longer has. The guest must be off. */
export const removeDisk = async (folder: GuestFolder, ubd: number): Promise<void> => {
  await Promise.all(["cow", "img"].map((kind) => removeTree(join(folder.disks, `ubd${ubd}.${kind}`))));
};

const explained = (error: unknown, guest: string, ubd: number | undefined, field: string): unknown => {
  if (isDiskFull(error)) return error;
  const sentence = error instanceof Error ? error.message : String(error);
  return new CorralError(
    error instanceof CorralError ? error.code : "host_unfit",
    `${guest} was not started: ubd${ubd}: ${sentence}`,
    [{ field, message: sentence }],
  );
};
