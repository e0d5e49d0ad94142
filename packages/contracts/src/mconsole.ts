import { z } from "zod";
import { disk, RESERVED_SERIAL_LINES } from "./guestDefinition.ts";
import { networkInterface } from "./networkInterface.ts";
import { idOrName, line, shownText } from "./text.ts";

/* What may be asked of a guest's management console: docs/mconsole.md. */

/** The kernel's request holds 512 bytes, of which one is a NUL: docs/uml.md, "mconsole protocol". */
export const MCONSOLE_COMMAND_MAXIMUM = 511;
/** Lines that one request may put into the kernel log: each is a command of its own. */
export const MCONSOLE_LOG_LINES_MAXIMUM = 100;
/** Commands that one guest is sent at once, and in a second in the long run, from all who are allowed to. */
export const MCONSOLE_BURST = 100;
export const MCONSOLE_PER_SECOND = 30;

/** The kernel's own answer, whole. */
export const mconsoleAnswer = z.object({ text: shownText });
export type MconsoleAnswer = z.infer<typeof mconsoleAnswer>;

/** A device as mconsole names it: ubd0, con1, ssl2, eth0, vec0. */
export const device = z
  .string()
  .regex(
    /^(ubd([0-9]|1[0-5])|con([0-9]|1[0-5])|ssl([0-9]|[1-5][0-9]|6[0-3])|(eth|vec)[0-9]{1,2})$/,
    "must be a device such as ubd1, con2, ssl3, eth0 or vec0",
  )
  .refine(
    (name) => !(RESERVED_SERIAL_LINES as readonly string[]).includes(name),
    "ssl62 and ssl63 are kept for Corral's guest link and kernel log",
  );

export const byDevice = z.strictObject({
  id: idOrName,
  device: z.union([device, z.literal("mem")]),
});

export const newSetting = z.strictObject({
  device: z.union([device, z.literal("mem")]),
  value: z
    .string()
    .min(1)
    .max(MCONSOLE_COMMAND_MAXIMUM)
    .regex(/^[\x20-\x7e]+$/, "must be printable ASCII")
    .describe("As on the kernel's command line, such as null, /disks/a.img or transport=fd,fd=7"),
});

export const removal = z.strictObject({
  device,
  keep: z.boolean().default(false).describe("Also take it out of the definition; a disk's content is then deleted"),
});

/** `confirm` says that whoever asks knows what it does; it is needed for what interrupts or ends the guest. */
const confirm = z.boolean().default(false);

export const sysrqPress = z.strictObject({
  key: z.string().regex(/^[\x21-\x7e]$/, "must be one character"),
  confirm,
});

export const rawCommand = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(MCONSOLE_COMMAND_MAXIMUM)
    .regex(/^[^\p{Cc}]+$/u, "must be one line without control characters"),
  confirm,
});

export const logLines = z.strictObject({
  lines: z.array(line(400).min(1)).min(1).max(MCONSOLE_LOG_LINES_MAXIMUM),
});

export const procQuery = z.strictObject({
  path: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9_.:-]+(\/[A-Za-z0-9_.:-]+)*$/, "must be a file below /proc, such as meminfo or 1/mounts")
    .refine((path) => !path.split("/").some((part) => part === "." || part === ".."), "must not contain . or .."),
});

export const byPid = z.strictObject({
  id: idOrName,
  pid: z.string().regex(/^[1-9][0-9]{0,9}$/, "must be the number of one of the guest's processes"),
});

export const sysrqKey = z.object({
  key: shownText,
  label: shownText.describe("What it does, in a few words"),
  meaning: shownText,
  danger: z.enum(["none", "asks", "refused"]).describe("asks: needs confirm; refused: is not sent to this kernel"),
  reason: shownText.nullable().describe("Why it is refused"),
});
export type SysrqKey = z.infer<typeof sysrqKey>;

export const guestDevice = z.object({
  device: shownText,
  kind: z.enum(["disk", "console", "network"]),
  setting: shownText.nullable().describe("As the guest's kernel says it; null: it has none, or cannot be asked"),
  plugged: z.boolean(),
  defined: z.boolean().describe("It is in the definition, so the next start has it"),
});
export type GuestDevice = z.infer<typeof guestDevice>;

export const guestDevices = z.object({
  devices: z.array(guestDevice),
  memory: z.object({ totalKiB: z.int(), freeKiB: z.int() }).nullable(),
});
export type GuestDevices = z.infer<typeof guestDevices>;

export const newPlug = z.strictObject({
  disk,
  keep: z.boolean().default(false).describe("Also put it into the definition; else it lasts for this run"),
});

export const newInterface = z.strictObject({
  interface: networkInterface,
  keep: z.boolean().default(false).describe("Also put it into the definition; else it lasts for this run"),
});

/** What one request may give to a guest or take from it. */
export const MEMORY_CHANGE_MAXIMUM_MIB = 64 * 1024;

export const memoryChange = z.strictObject({
  changeMiB: z
    .int()
    .min(-MEMORY_CHANGE_MAXIMUM_MIB)
    .max(MEMORY_CHANGE_MAXIMUM_MIB)
    .refine((change) => change !== 0, "must not be 0")
    .describe("Negative: takes free memory away from the guest; positive: gives back what was taken"),
});

export const memoryChanged = z.object({
  freeBeforeKiB: z.int(),
  freeAfterKiB: z.int().describe("The kernel says no word when it gave less than it was asked for: this tells"),
});
