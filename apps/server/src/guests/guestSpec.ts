import type { Disk } from "@corral/contracts";
import type { GuestRecord, Store } from "@corral/store";
import type { DiskSpec, GuestSpec } from "@corral/supervisor";
import type { ImageFolder } from "../library/imageFolder.ts";

const MIB = 1024 * 1024;

/** A guest as the supervisor wants it: with files in the place of names. */
export const guestSpec = (guest: GuestRecord, store: Store, images: ImageFolder): GuestSpec => {
  const kernel = linked(store.kernels.find(guest.kernelId));
  return {
    id: guest.id,
    definition: guest.definition,
    kernel: {
      path: kernel.path,
      version: kernel.version,
      modules: kernel.modules,
      watchdog: kernel.abilities.watchdog,
    },
    disks: guest.definition.disks.map((disk) => diskSpec(disk, guest.imageIds, store, images)),
  };
};

/** `imageIds`: of each disk over an image, by its number. */
export const diskSpec = (
  disk: Disk,
  imageIds: GuestRecord["imageIds"],
  store: Store,
  images: ImageFolder,
): DiskSpec => {
  const { ubd, serial, source, readOnly, synchronous, ignoreCow, shared, noDiscard } = disk;
  const common = { ubd, serial, flags: { readOnly, synchronous, ignoreCow, shared, noDiscard } };
  switch (source.kind) {
    case "image": {
      const { name, file, sizeBytes, mtimeS } = linked(store.images.find(imageIds.get(ubd) ?? ""));
      return { ...common, kind: "cow", image: { name, path: images.file(file), size: sizeBytes, mtimeS } };
    }
    case "empty":
      return { ...common, kind: "empty", sizeBytes: source.sizeMiB * MIB };
    case "file":
      return { ...common, kind: "file", path: source.path };
  }
};

/** The database holds a guest's links, so that what they lead to is there. */
const linked = <T>(row: T | null): T => {
  if (row === null) throw new Error("a guest links to a row that does not exist");
  return row;
};
