import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";

/** Nobody seems to be there; the server starts without an answer, and asks again next time. */
const PATIENCE_MS = 60_000;

/**
 * Asks whoever starts the server at a terminal whether people may come by ssh. Null: there is no terminal, or no answer.
 */
export const askForDoor = async (where: string): Promise<boolean | null> => {
  if (!process.stdin.isTTY || !process.stdout.isTTY || !isInForeground()) return null;
  // Without `terminal` the terminal stays as it is, and Ctrl-C ends the server as at any other time.
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  try {
    const answer = await lines.question(
      `Shall people reach their guests by ssh too, at ${where}? A menu, consoles, commands for scripts.\n` +
        "Settings in the page can change that later. [y/N] ",
      { signal: AbortSignal.timeout(PATIENCE_MS) },
    );
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch {
    process.stdout.write("\n");
    return null;
  } finally {
    lines.close();
  }
};

/** A job in the background that reads from its terminal is stopped by the kernel. */
const isInForeground = (): boolean => {
  const stat = readFileSync("/proc/self/stat", "utf8");
  // After the command's name in parentheses: state, parent, process group, session, terminal, its foreground group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
};
