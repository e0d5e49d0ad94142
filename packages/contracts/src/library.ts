import { z } from "zod";
import { hostPath, id, libraryName, name, timestamp } from "./text.ts";

/* What guests are made from: kernels and images. */

export const kernelAbilities = z.object({
  ubd: z.boolean(),
  hostfs: z.boolean(),
  mconsole: z.boolean(),
  watchdog: z.boolean(),
  channels: z.array(z.string()).describe("Console channels it was built with"),
  ethTransports: z.array(z.string()),
  vector: z.boolean().describe("Has vecN interfaces"),
  seccomp: z.boolean().describe("Knows seccomp=on"),
  rootFileSystems: z.array(z.string()).describe("File systems it can mount as root without a module"),
});
export type KernelAbilities = z.infer<typeof kernelAbilities>;

export const kernel = z.object({
  id,
  name: libraryName,
  path: z.string(),
  version: z.string(),
  abilities: kernelAbilities,
  modules: z.string().nullable().describe("Folder of its modules on the host"),
  available: z.boolean(),
  problem: z.string().nullable().describe("Why it cannot be used"),
  usedBy: z
    .array(z.string())
    .describe("Names of the guests that use it; web1 (deleted) for one that can still be brought back"),
  createdAt: timestamp,
});
export type Kernel = z.infer<typeof kernel>;

export const newKernel = z.strictObject({ path: hostPath, name: libraryName.optional() });
export const foundKernel = z.object({ path: z.string(), version: z.string(), registered: z.boolean() });

export const imageOrigin = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("demo") }),
  z.object({ kind: z.literal("debian"), suite: z.string(), packages: z.array(z.string()), hostname: z.string() }),
  z.object({ kind: z.literal("file"), path: z.string() }),
]);
export type ImageOrigin = z.infer<typeof imageOrigin>;

export const imageLogin = z.object({
  user: z.string().nullable(),
  password: z.string().nullable().describe("null: no password is asked for, or it is not known here"),
  note: z.string(),
});

export const image = z.object({
  id,
  name: libraryName,
  origin: imageOrigin,
  login: imageLogin,
  sizeBytes: z.int(),
  diskBytes: z.int().describe("Really used on the host's disk"),
  sha256: z.string(),
  available: z.boolean(),
  problem: z.string().nullable(),
  usedBy: z.array(z.string()),
  createdAt: timestamp,
});
export type Image = z.infer<typeof image>;

export const DEBIAN_SUITES = ["bookworm", "trixie", "forky", "sid"] as const;
export const IMAGE_MINIMUM_MIB = 64;
export const IMAGE_MAXIMUM_MIB = 64 * 1024;

const packageName = z.string().regex(/^[a-z0-9][a-z0-9.+-]{1,63}$/, "must be the name of a Debian package");

export const newDebianImage = z.strictObject({
  name: libraryName,
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

export const newFileImage = z.strictObject({ name: libraryName, path: hostPath });
