import { createHash } from "node:crypto";
import { type GuestDefinition, newGuest } from "@corral/contracts";
import type { GuestSpec } from "./guestSpec.ts";
import type { LaunchRecord } from "./launchRecord.ts";

/**
 * Fields of a definition that no launch is made of: what Corral itself goes by, what the spec has as the files that it
 * stands for (kernel, disks), and consoles, which are compared by what they are connected to. Every other field counts,
 * one that is added some day too.
 */
export const NOT_AT_LAUNCH = [
  ...(["description", "tags", "notes", "owner", "autostart", "restartPolicy"] as const),
  ...(["kernel", "disks", "consoles"] as const),
] satisfies (keyof GuestDefinition)[];

/** Begins a digest of this form; those of older servers begin with none. */
const FORM = "2:";

/** Changes when something changes that a running guest takes up only at its next start. */
export const specDigest = ({ definition, kernel, disks }: GuestSpec): string => {
  const left: readonly string[] = NOT_AT_LAUNCH;
  const defaults: Record<string, unknown> = newGuest.parse({ name: definition.name });
  const atLaunch = Object.entries(definition)
    .filter(([field]) => !left.includes(field))
    // A field that an older server did not know has its default now, and changes nothing.
    .filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(defaults[field]))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return FORM + digestOf([definition.name, atLaunch, kernel.path, kernel.modules, disks]);
};

/** Whether a guest that runs would be another one at its next start, consoles aside. */
export const isOutdated = ({ specDigest: launched, link }: LaunchRecord, spec: GuestSpec): boolean => {
  if (launched.startsWith(FORM)) return launched !== specDigest(spec);
  return launched !== olderDigest(spec) || (link !== null) !== spec.definition.guestLink;
};

/** As it was until every field counted by itself: guests run for months. */
const olderDigest = ({ definition, kernel, disks }: GuestSpec): string => {
  const { name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares, interfaces } = definition;
  const atLaunch: unknown[] = [name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares];
  if (interfaces.length > 0) atLaunch.push(interfaces);
  return digestOf([atLaunch, kernel.path, disks]);
};

const digestOf = (parts: unknown): string => createHash("sha256").update(JSON.stringify(parts)).digest("hex");
