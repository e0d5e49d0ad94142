import type { Kernel } from "@corral/contracts";

/** What is to be said of its version beside its name: nothing where the name says it. */
export const versionBeside = ({ name, version }: Pick<Kernel, "name" | "version">): string =>
  name.includes(version) ? "" : version;
