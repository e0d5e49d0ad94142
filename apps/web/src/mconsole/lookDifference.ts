export interface LookLine {
  readonly text: string;
  /** What its numbers did since the last look, such as "+12 −3"; empty where they stayed. */
  readonly change: string;
}

const NUMBER = /(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g;
/** A line of many numbers says how the first few moved; the rest is to be seen in the line itself. */
const NUMBERS_SHOWN = 4;

/** What is before a line's first number: by it a line is found again in the last look. */
const nameOf = (line: string): string => line.split(/\d/, 1)[0]?.trim() ?? "";

/** The lines of a file of /proc, each with what changed in it since the last look. */
export const compareLooks = (now: string, before: string | undefined): LookLine[] => {
  const old = before?.split("\n") ?? [];
  const byName = new Map(old.map((line) => [nameOf(line), line]));
  return now
    .trimEnd()
    .split("\n")
    .map((text, index) => {
      const name = nameOf(text);
      const last = nameOf(old[index] ?? "") === name ? old[index] : byName.get(name);
      return { text, change: last === undefined ? "" : changesBetween(last, text) };
    });
};

const changesBetween = (before: string, now: string): string => {
  if (before === now) return "";
  const [old, fresh] = [before, now].map((line) => [...line.matchAll(NUMBER)].map(([number]) => Number(number)));
  if (old === undefined || fresh === undefined || old.length !== fresh.length) return "changed";
  const moves = fresh.map((value, index) => value - (old[index] ?? 0)).filter((move) => move !== 0);
  const shown = moves
    .slice(0, NUMBERS_SHOWN)
    .map((move) => `${move > 0 ? "+" : "−"}${Math.abs(Number(move.toFixed(2)))}`);
  return `${shown.join(" ")}${moves.length > NUMBERS_SHOWN ? " …" : ""}` || "changed";
};
