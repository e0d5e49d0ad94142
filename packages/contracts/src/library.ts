import { z } from "zod";
import { hostPath, id, libraryName, name, newLibraryName, shownText, timestamp } from "./text.ts";

/* What guests are made from: kernels and images. */

export const kernelAbilities = z.object({
  ubd: z.boolean(),
  hostfs: z.boolean(),
  mconsole: z.boolean(),
  watchdog: z.boolean(),
  channels: z.array(shownText).describe("Console channels it was built with"),
  ethTransports: z.array(shownText),
  vector: z.boolean().describe("Has vecN interfaces"),
  seccomp: z.boolean().describe("Knows seccomp=on"),
  rootFileSystems: z.array(shownText).describe("File systems it can mount as root without a module"),
});
export type KernelAbilities = z.infer<typeof kernelAbilities>;

export const kernel = z.object({
  id,
  name: libraryName,
  path: shownText,
  version: shownText,
  abilities: kernelAbilities,
  modules: shownText.nullable().describe("Folder of its modules on the host"),
  available: z.boolean(),
  problem: shownText.nullable().describe("Why it cannot be used"),
  usedBy: z
    .array(shownText)
    .describe("Names of the guests that use it; web1 (deleted) for one that can still be brought back"),
  createdAt: timestamp,
});
export type Kernel = z.infer<typeof kernel>;

export const newKernel = z.strictObject({ path: hostPath, name: newLibraryName.optional() });
export const foundKernel = z.object({
  path: shownText,
  version: shownText.nullable().describe("null: it does not run on this host"),
  problem: shownText.nullable().describe("Why it does not run here, and what to do"),
  registered: z.boolean(),
});

export const imageOrigin = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("demo") }),
  z.object({ kind: z.literal("debian"), suite: shownText, packages: z.array(shownText), hostname: shownText }),
  z.object({ kind: z.literal("file"), path: shownText }),
]);
export type ImageOrigin = z.infer<typeof imageOrigin>;

export const imageLogin = z.object({
  user: shownText.nullable(),
  password: shownText.nullable().describe("null: no password is asked for, or it is not known here"),
  note: shownText,
});

export const image = z.object({
  id,
  name: libraryName,
  origin: imageOrigin,
  login: imageLogin,
  sizeBytes: z.int(),
  diskBytes: z.int().describe("Really used on the host's disk"),
  sha256: shownText,
  available: z.boolean(),
  problem: shownText.nullable(),
  usedBy: z.array(shownText),
  createdAt: timestamp,
});
export type Image = z.infer<typeof image>;

export const DEBIAN_SUITES = ["bookworm", "trixie", "forky", "sid"] as const;
export const IMAGE_MINIMUM_MIB = 64;
export const IMAGE_MAXIMUM_MIB = 64 * 1024;

const packageName = z.string().regex(/^[a-z0-9][a-z0-9.+-]{1,63}$/, "must be the name of a Debian package");

export const newDebianImage = z.strictObject({
  name: newLibraryName,
  suite: z.enum(DEBIAN_SUITES).default("bookworm"),
  packages: z.array(packageName).max(200).default([]),
  hostname: name.default("debian"),
  sizeMiB: z.int().min(512).max(IMAGE_MAXIMUM_MIB).default(2048),
  rootPassword: z
    .string()
    .max(200)
    .regex(/^[\u0020-\u007e]*$/, "must be printable ASCII")
    .nullable()
    .default(null)
    .describe("null: root logs in on the console without a password"),
  sshKey: z
    .string()
    .max(8192)
    .regex(/^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [\u0020-\u007e]*)?$/, "must be one OpenSSH public key")
    .nullable()
    .default(null),
});
export type NewDebianImage = z.output<typeof newDebianImage>;

export const newFileImage = z.strictObject({ name: newLibraryName, path: hostPath });
