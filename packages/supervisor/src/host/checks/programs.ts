import { findKernelFiles } from "../../kernelFiles.ts";
import { type Check, failure, good } from "../check.ts";
import { installLine, missingPackages } from "../hostPackages.ts";

export const programs: readonly Check[] = [
  {
    id: "kernel",
    title: "User Mode Linux kernel",
    look: async () => {
      const found = await findKernelFiles();
      return found.length > 0
        ? good(found.join(", "))
        : failure(
            "There is no User Mode Linux kernel on this host.",
            "No guest can be started until there is one.",
            "apt-get install user-mode-linux, or register a kernel of your own on the Kernels page.",
          );
    },
  },
  {
    id: "programs",
    title: "Programs that guests and images need",
    look: () => {
      const missing = missingPackages("run");
      return missing.length === 0
        ? good("All there.")
        : failure(
            `Missing: ${missing.map(({ name, neededFor }) => `${name} (${neededFor})`).join("; ")}.`,
            "What they are needed for does not work.",
            `As root: ${installLine(missing)}`,
          );
    },
  },
];
