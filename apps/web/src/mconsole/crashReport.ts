/** What a kernel said when it died, out of its log. */
export interface CrashReport {
  readonly message: string;
  readonly registers: readonly string[];
  readonly trace: readonly string[];
  /** All of it, to be sent to somebody. */
  readonly text: string;
}

const PANIC = "Kernel panic - not syncing: ";
/** `[   12.345678] ` or `<0>`, which some logs have before each line. */
const PREFIX = /^(?:<\d>)?(?:\[ *\d+\.\d+\] ?)?/;
const REGISTER = /^\s*(?:(?:RIP|RSP|EIP|ESP|EFLAGS|R[A-Z]{2}|R[0-9]{2}|Modules linked in|Pid|CPU|Stack)\b.*:)/;
const TRACE_LINE = /^\s*\[<[0-9a-f]+>\]|^\s*\??\s*[\w.]+\+0x[0-9a-f]+\/0x[0-9a-f]+/;
/** A panic with its trace has some 60 lines. */
const LINES_MAXIMUM = 200;

/** The last panic of a kernel log, or null where there is none. */
export const crashIn = (log: string): CrashReport | null => {
  const at = log.lastIndexOf(PANIC);
  if (at === -1) return null;
  const begin = log.lastIndexOf("\n", at) + 1;
  const lines = log
    .slice(begin)
    .split("\n", LINES_MAXIMUM)
    .map((line) => line.replace(PREFIX, "").trimEnd());
  return {
    message: lines[0]?.replace(PANIC, "") ?? "",
    registers: lines.filter((line) => REGISTER.test(line)),
    trace: lines.filter((line) => TRACE_LINE.test(line)).map((line) => line.trim()),
    text: lines.join("\n").trimEnd(),
  };
};
