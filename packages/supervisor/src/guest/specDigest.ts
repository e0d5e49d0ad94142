import { createHash } from "node:crypto";
import type { GuestSpec } from "./guestSpec.ts";

/** Changes when something changes that a running guest takes up only at its next start. Consoles are compared by themselves. */
export const specDigest = (spec: GuestSpec): string => {
  const { name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares } = spec.definition;
  const atLaunch = [name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares];
  return createHash("sha256")
    .update(JSON.stringify([atLaunch, spec.kernel.path, spec.disks]))
    .digest("hex");
};
