import { parentPort, workerData } from "node:worker_threads";
import { LogLines } from "./logLines.ts";
import type { FoundLine, SearchJob, SearchTask } from "./logSearch.ts";
import { plainLine } from "./plainText.ts";

/*
 * Looks for a regular expression in the lines it is given, in a thread of its own: an expression that never comes to an
 * end can only be stopped from outside. It answers each piece with what it found in it.
 */

/** Characters of a found line that are told, around what was found. */
const SHOWN_BEFORE = 200;
const SHOWN_MAXIMUM = 1000;

const { source, flags } = workerData as SearchJob;
const pattern = new RegExp(source, flags);
const lines = new LogLines();

const foundIn = (text: string, offset: number, next: number): FoundLine[] => {
  const match = pattern.exec(text);
  if (match === null) return [];
  const start = match.index;
  const shownFrom = Math.max(0, start - SHOWN_BEFORE);
  const shown = text.slice(shownFrom, shownFrom + SHOWN_MAXIMUM);
  const end = Math.min(shown.length, start - shownFrom + match[0].length);
  return [{ offset, next, text: shown, start: start - shownFrom, end }];
};

parentPort?.on("message", (task: SearchTask) => {
  const found: FoundLine[] = [];
  const complete = task.bytes === null ? lines.end() : lines.push(task.offset, task.bytes);
  for (const { offset, bytes } of complete) {
    // What a carriage return overwrote is a line of its own; one hit in each line of the log is enough.
    const hit = plainLine(bytes)
      .split("\n")
      .flatMap((text) => foundIn(text, offset, offset + bytes.length + 1))
      .at(0);
    if (hit !== undefined) found.push(hit);
  }
  parentPort?.postMessage(found);
});
