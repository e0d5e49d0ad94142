import { readdirSync } from "node:fs";
import { setCloseOnExec } from "../syscalls.ts";

const STANDARD_DESCRIPTORS = 3;

/** What a shell or a service manager left open in this process would reach every guest: marks it close-on-exec. */
export const keepDescriptorsFromGuests = (): void => {
  for (const fd of readdirSync("/proc/self/fd").map(Number)) {
    if (fd < STANDARD_DESCRIPTORS) continue;
    try {
      setCloseOnExec(fd);
    } catch {
      // The descriptor that listed the folder is gone by now.
    }
  }
};
