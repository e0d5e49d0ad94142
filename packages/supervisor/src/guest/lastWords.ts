import type { GuestConsoles } from "./guestConsoles.ts";
import type { LaunchRecord } from "./launchRecord.ts";

/** The end of a console that is looked at for why a kernel never began. */
const LAST_WORDS_BYTES = 4 * 1024;

/** What a boot that never got as far as a kernel log said on con0: the kernel's first checks, or the sandbox's error. */
export const lastWords = (record: LaunchRecord, consoles: GuestConsoles): string => {
  if (record.booted) return "";
  const log = consoles.get("con0")?.log;
  const begin = log?.boots().find((boot) => boot.boot === record.bootNumber)?.offset;
  if (log === undefined || begin === undefined) return "";
  const read = log.read(Math.max(begin, log.end - LAST_WORDS_BYTES), LAST_WORDS_BYTES);
  return read.ok ? `\n${Buffer.from(read.bytes).toString("utf8")}` : "";
};
