/** Enough of a file's beginning for every signature below; btrfs has the last one. */
export const HEAD_BYTES = 0x10048;

interface Signature {
  readonly at: number;
  readonly bytes: string | readonly number[];
}

/** What a UML kernel mounts as its root without a module, and partition tables. */
const MOUNTABLE: readonly Signature[] = [
  { at: 0x438, bytes: [0x53, 0xef] }, // ext2, ext3, ext4
  { at: 0, bytes: "XFSB" },
  { at: 0x10040, bytes: "_BHRfS_M" }, // btrfs
  { at: 0x8000, bytes: "JFS1" },
  { at: 0x200, bytes: "EFI PART" },
  { at: 0x1fe, bytes: [0x55, 0xaa] }, // MBR
];

/** Files that hold a disk in some other form: what each is, and how to get the raw disk out of it. */
const CONTAINERS: readonly (Signature & { readonly name: string; readonly remedy: (path: string) => string })[] = [
  {
    at: 0,
    bytes: "OOOM",
    name: "a COW file, only the changes to another file",
    remedy: (path) => `Merge both first: uml_moo ${path} disk.img`,
  },
  ...(
    [
      [0, [0x51, 0x46, 0x49, 0xfb], "a qcow2 disk"],
      [0, "KDMV", "a VMDK disk"],
      [0, "# Disk DescriptorFile", "a VMDK descriptor"],
      [0x40, [0x7f, 0x10, 0xda, 0xbe], "a VirtualBox disk"],
      [0, "vhdxfile", "a VHDX disk"],
      [0, "conectix", "a VHD disk"],
    ] as const
  ).map(([at, bytes, name]) => ({
    at,
    bytes,
    name,
    remedy: (path: string) => `qemu-img convert -O raw ${path} disk.img`,
  })),
  ...(
    [
      [0, [0x1f, 0x8b], "gzip", "gunzip"],
      [0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz", "unxz"],
      [0, [0x28, 0xb5, 0x2f, 0xfd], "zstd", "unzstd"],
      [0, "BZh", "bzip2", "bunzip2"],
      [0, [0x50, 0x4b, 3, 4], "zip", "unzip"],
    ] as const
  ).map(([at, bytes, name, tool]) => ({
    at,
    bytes,
    name: `compressed with ${name}`,
    remedy: (path: string) => `Unpack it first: ${tool} ${path}`,
  })),
  {
    at: 0x101,
    bytes: "ustar",
    name: "a tar archive",
    remedy: (path) =>
      `Make a file system of it: mkdir tree && tar -C tree -xf ${path} && mke2fs -t ext4 -d tree disk.img 1G`,
  },
  {
    at: 0x8001,
    bytes: "CD001",
    name: "a CD or DVD",
    remedy: () => "It is read-only and cannot be a root disk; install from it in another hypervisor first.",
  },
  {
    at: 0,
    bytes: "hsqs",
    name: "a squashfs",
    remedy: (path) => `Make a file system of it: unsquashfs -d tree ${path} && mke2fs -t ext4 -d tree disk.img 1G`,
  },
];

const has = (head: Buffer, { at, bytes }: Signature): boolean => {
  const expected = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes);
  return head.subarray(at, at + expected.length).equals(expected);
};

/**
 * Why a file whose first HEAD_BYTES and last sector these are is no raw disk that a guest can boot from, and what to do
 * about it; null when it is one. Decided by signatures, never by the name.
 */
export const rawImageProblem = ({ head, tail }: { head: Buffer; tail: Buffer }, path: string): string | null => {
  const container = CONTAINERS.find((format) => has(head, format));
  // A VHD of fixed size is a raw disk with a footer.
  if (container === undefined && tail.subarray(0, 8).toString("latin1") === "conectix") {
    return `is a VHD disk, not a raw one. qemu-img convert -O raw ${path} disk.img`;
  }
  if (container !== undefined) return `is ${container.name}, not a raw disk image. ${container.remedy(path)}`;
  if (MOUNTABLE.some((signature) => has(head, signature))) return null;
  return "has neither a file system that a guest can mount (ext4, xfs, btrfs, jfs) nor a partition table: it is no disk image, or an encrypted or damaged one.";
};
