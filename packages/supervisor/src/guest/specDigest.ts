import { createHash } from "node:crypto";
import type { GuestSpec } from "./guestSpec.ts";

/** Changes when something changes that a running guest takes up only at its next start. Consoles are compared by themselves. */
export const specDigest = (spec: GuestSpec): string => {
  const { name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares, interfaces } =
    spec.definition;
  const atLaunch: unknown[] = [name, memoryMiB, rootDevice, init, kernelArguments, umid, cpus, niceness, shares];
  // Left out where there are none: a guest that an older server launched has not changed by that.
  if (interfaces.length > 0) atLaunch.push(interfaces);
  return createHash("sha256")
    .update(JSON.stringify([atLaunch, spec.kernel.path, spec.disks]))
    .digest("hex");
};
