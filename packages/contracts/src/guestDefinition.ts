import { z } from "zod";
import { consoleChannels, refineSplit } from "./consoleChannel.ts";
import { INTERFACES_MAXIMUM, type NetworkInterface, networkInterface } from "./networkInterface.ts";
import { hostPath, idOrName, line, name, newName, paragraphs } from "./text.ts";

/** Smallest guest that boots to a shell with something to spare: docs/uml.md, "Memory". */
export const MEMORY_MINIMUM_MIB = 32;
/** 64 GiB: the largest that was seen to boot. */
export const MEMORY_MAXIMUM_MIB = 64 * 1024;
/** ubd0 to ubd15: docs/uml.md, "Disks". */
export const DISKS_MAXIMUM = 16;
/** An empty disk is a sparse file; this bounds what its owner can make it claim. */
export const DISK_MAXIMUM_MIB = 1024 * 1024;
/** Of a new guest: the server, and with it every console, goes first when guests use all processors. */
export const NICENESS_DEFAULT = 5;
export const TAGS_MAXIMUM = 20;
export const KERNEL_ARGUMENTS_MAXIMUM = 32;
export const CONSOLES_MAXIMUM = 16;
export const SHARES_MAXIMUM = 16;

/**
 * Serial lines that Corral keeps for itself: the kernel log goes out on ssl63 (console=ttyS63), and ssl62 is reserved
 * for the guest link.
 */
export const RESERVED_SERIAL_LINES = ["ssl62", "ssl63"] as const;

/** Device number as UML counts: 0 is ubd0 on the command line and /dev/ubda in the guest. */
const ubdNumber = z
  .int()
  .min(0, "must be 0 to 15")
  .max(DISKS_MAXIMUM - 1, "must be 0 to 15");

export const diskSource = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("image").describe("A COW file over an immutable image"),
    image: idOrName,
  }),
  z.strictObject({
    kind: z.literal("empty").describe("A new sparse file in the guest's own folder"),
    sizeMiB: z.int().min(1).max(DISK_MAXIMUM_MIB),
  }),
  z.strictObject({
    kind: z.literal("file").describe("A file of the host, used as it is (admins only)"),
    path: hostPath,
  }),
]);
export type DiskSource = z.infer<typeof diskSource>;

export const disk = z.strictObject({
  ubd: ubdNumber,
  source: diskSource,
  readOnly: z.boolean().default(false).describe("Flag r"),
  synchronous: z.boolean().default(false).describe("Flag s: every write goes to the host's disk at once"),
  ignoreCow: z.boolean().default(false).describe("Flag d: plain data even where a COW header stands"),
  shared: z.boolean().default(false).describe("Flag c: no lock on the file; two guests may write and wreck it"),
  noDiscard: z.boolean().default(false).describe("Flag t: discarded blocks are not given back to the host"),
  serial: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,20}$/, "must be 1 to 20 letters, digits, _ and -")
    .nullable()
    .default(null)
    .describe("Serial number, in the guest at /sys/block/ubdX/serial"),
});
export type Disk = z.infer<typeof disk>;

export const consoleName = z
  .string()
  .regex(
    /^(con([0-9]|1[0-5])|ssl([0-9]|[1-5][0-9]|6[0-3]))$/,
    "must be con0 to con15 (the guest's tty0 to tty15) or ssl0 to ssl61 (its ttyS0 to ttyS61)",
  )
  .refine(
    (device) => !(RESERVED_SERIAL_LINES as readonly string[]).includes(device),
    "ssl62 and ssl63 are kept for Corral's guest link and kernel log",
  );

export const consoleDefinition = z.strictObject({ name: consoleName, ...consoleChannels }).superRefine(refineSplit);
export type ConsoleDefinition = z.infer<typeof consoleDefinition>;

/**
 * Parameters that Corral sets itself or that would reach out of the sandbox's design: docs/uml.md, "Command line".
 * A refused word is matched as a prefix followed by a digit, letter, '=' or the end, as UML itself matches.
 */
const keptArguments =
  /^(ubd|fake_ide|con[0-9=]|console|ssl|umid|uml_dir|hostfs|mconsole|eth[0-9=]|vec[0-9=]|initrd|init=|root=|rootflags|mem=|iomem|virtio_uml|xterm|stderr|noreboot|reboot|skas|seccomp|time-travel|gate|aio|jail|ncpus)/;

export const kernelArgument = z
  .string()
  .max(256, "must be at most 256 characters")
  .regex(
    /^[A-Za-z][A-Za-z0-9_.-]*(=[A-Za-z0-9_.:/@+-]*)?$/,
    "must be one word, such as quiet or loglevel=7: letters, digits and . _ - : / @ +, no blank, comma or quote",
  )
  .refine(
    (argument) => !keptArguments.test(argument),
    "is set by Corral from the other fields, or would let the guest out of its sandbox",
  );

export const rootDevice = z
  .string()
  .regex(/^\/dev\/ubd[a-p]([1-9]|1[0-5])?$/, "must be /dev/ubda to /dev/ubdp, with a partition number if it has one");

export const initProgram = z
  .string()
  .max(128)
  .regex(/^\/[A-Za-z0-9._/-]+$/, "must be an absolute path inside the guest, such as /bin/sh");

export const umid = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "must be 1 to 40 letters, digits, _ and -");

export const share = z.strictObject({
  name: name.describe("The guest mounts it with: mount -t hostfs none /mnt -o /<name>"),
  folder: hostPath.describe("A folder of the host (admins only)"),
  readOnly: z.boolean().default(true),
});
export type Share = z.infer<typeof share>;

export const restartPolicy = z.enum(["never", "on-crash", "always"]).meta({
  description:
    "never: a guest that ended stays off; on-crash: started again after a panic or a kill; always: also after it powered itself off. A guest that reboots itself always comes back.",
});
export type RestartPolicy = z.infer<typeof restartPolicy>;

const uniqueBy = <T>(key: (item: T) => string | number, what: string) =>
  [
    (items: T[]) => new Set(items.map(key)).size === items.length,
    { message: `must not name the same ${what} twice` },
  ] as const;

/** Who connects to a port that two consoles listen on cannot say which of them it wants. */
const refusePortTwice = (consoles: ConsoleDefinition[], context: z.RefinementCtx): void => {
  const ports = new Map<string, string>();
  for (const [index, { name: console, channel }] of consoles.entries()) {
    if (!channel.startsWith("port:")) continue;
    const other = ports.get(channel);
    if (other !== undefined) {
      context.addIssue({ code: "custom", path: [index, "channel"], message: `${other} listens on that port already` });
    }
    ports.set(channel, console);
  }
};

export const definitionFields = {
  name,
  description: line(200),
  tags: z
    .array(name)
    .max(TAGS_MAXIMUM)
    .refine(...uniqueBy((tag: string) => tag, "tag")),
  owner: idOrName.describe("Name of the user who owns it"),
  kernel: idOrName,
  memoryMiB: z.int().min(MEMORY_MINIMUM_MIB).max(MEMORY_MAXIMUM_MIB),
  disks: z
    .array(disk)
    .max(DISKS_MAXIMUM)
    .refine(...uniqueBy((d: Disk) => d.ubd, "ubd number")),
  rootDevice,
  init: initProgram.nullable(),
  kernelArguments: z.array(kernelArgument).max(KERNEL_ARGUMENTS_MAXIMUM),
  consoles: z
    .array(consoleDefinition)
    .max(CONSOLES_MAXIMUM)
    .refine(...uniqueBy((c: ConsoleDefinition) => c.name, "console"))
    .superRefine(refusePortTwice),
  umid: umid.nullable().describe("Name in UML's own directory; null: made from the guest's id"),
  autostart: z.boolean(),
  restartPolicy,
  cpus: z
    .array(z.int().min(0).max(1023))
    .max(64)
    .refine(...uniqueBy((cpu: number) => cpu, "CPU"))
    .nullable()
    .describe("CPUs of the host it may run on; null: one at a time, which the supervisor chooses"),
  niceness: z.int().min(0).max(19).describe("How far its processes stand back when the host is busy; 0: as all others"),
  shares: z
    .array(share)
    .max(SHARES_MAXIMUM)
    .refine(...uniqueBy((s: Share) => s.name, "share")),
  interfaces: z
    .array(networkInterface)
    .max(INTERFACES_MAXIMUM)
    .refine(...uniqueBy((i: NetworkInterface) => i.device, "interface"))
    .refine(...uniqueBy((i: NetworkInterface) => i.port, "port")),
  guestLink: z
    .boolean()
    .describe(
      "Whether Corral may run commands in the guest over its guest link, where its image has the link's script",
    ),
  notes: paragraphs(10_000),
};

export const guestDefinition = z.strictObject(definitionFields);
export type GuestDefinition = z.infer<typeof guestDefinition>;

const imageDisk = (image: string): z.input<typeof disk> => ({ ubd: 0, source: { kind: "image", image } });

/** What a person must give for a new guest, and what everything else is when they give nothing. */
export const newGuest = z.strictObject({
  ...definitionFields,
  name: newName,
  description: definitionFields.description.default(""),
  tags: definitionFields.tags.default([]),
  owner: definitionFields.owner.optional().describe("Default: who creates it"),
  kernel: definitionFields.kernel.optional().describe("Default: the newest kernel"),
  image: idOrName.optional().describe("Short for one COW disk over this image as ubd0"),
  memoryMiB: definitionFields.memoryMiB.default(128),
  disks: definitionFields.disks.optional(),
  rootDevice: definitionFields.rootDevice.default("/dev/ubda"),
  init: definitionFields.init.default(null),
  kernelArguments: definitionFields.kernelArguments.default([]),
  consoles: definitionFields.consoles.default([{ name: "con0", channel: "fd" }]),
  umid: definitionFields.umid.default(null),
  autostart: definitionFields.autostart.default(false),
  restartPolicy: definitionFields.restartPolicy.default("on-crash"),
  cpus: definitionFields.cpus.default(null),
  niceness: definitionFields.niceness.default(NICENESS_DEFAULT),
  shares: definitionFields.shares.default([]),
  interfaces: definitionFields.interfaces.default([]),
  guestLink: definitionFields.guestLink.default(true),
  notes: definitionFields.notes.default(""),
  start: z.boolean().default(false).describe("Start it as soon as it exists"),
});
export type NewGuest = z.output<typeof newGuest>;
export type NewGuestInput = z.input<typeof newGuest>;

/** The disks of a new guest: those named, else one over the image named. */
export const disksOf = (guest: Pick<NewGuest, "disks" | "image">): z.input<typeof disk>[] =>
  guest.disks ?? (guest.image === undefined ? [] : [imageDisk(guest.image)]);

export const guestChanges = z.strictObject(definitionFields).partial();
export type GuestChanges = z.infer<typeof guestChanges>;

/** Fields that only an admin may set to anything but their default, since they reach beyond the guest itself. */
export const ADMIN_FIELDS = ["kernelArguments", "shares", "owner"] as const;
