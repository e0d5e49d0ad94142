import { type RunCommand, runShell } from "./runShell.ts";

const TIMEOUT_MS = 10_000;
/** A clock that is off by less is left alone: setting it would only make it jump. */
const CLOCK_TOLERANCE_S = 1;

/** Sets the guest's clock to the host's, if it is off. */
export const setClock = async (run: RunCommand, now: () => number = Date.now): Promise<void> => {
  const script = `off=$(($(date +%s) - $1))
[ $off -ge -${CLOCK_TOLERANCE_S} ] && [ $off -le ${CLOCK_TOLERANCE_S} ] || date -s "@$1"`;
  await runShell(run, script, { timeoutMs: TIMEOUT_MS, words: [String(Math.round(now() / 1000))] });
};

/** For a console whose channel carries no window size, such as pts: `tty` is the guest's, such as tty1. */
export const setTerminalSize = async (run: RunCommand, tty: string, cols: number, rows: number): Promise<void> => {
  await runShell(run, 'stty rows "$2" cols "$3" <"/dev/$1"', {
    timeoutMs: TIMEOUT_MS,
    words: [tty, String(rows), String(cols)],
  });
};

/** Whether a terminal of the guest's is in raw mode: what is typed reaches a program key by key, and not line by line. */
export const isTerminalRaw = async (run: RunCommand, tty: string): Promise<boolean> => {
  const stdout = await runShell(run, 'stty -a <"/dev/$1"', { timeoutMs: TIMEOUT_MS, words: [tty] });
  return stdout.toString().split(/\s+/).includes("-icanon");
};

/** An orderly shutdown, for a guest whose mconsole does not answer. */
export const powerOff = async (run: RunCommand): Promise<void> => {
  await runShell(run, "poweroff", { timeoutMs: TIMEOUT_MS });
};
