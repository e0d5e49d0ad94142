import type { ConsoleLog } from "./consoleLog.ts";

/** Output that is left of a skipped stretch to be drawn. */
const DRAWN_BYTES = 256 * 1024;
/** It must have so many lines: more than screen and scrollback have, so that nothing from before is left of them. */
const DRAWN_LINES = 1500;
/** Bytes looked through at a time: some 5 ms. */
const SEARCH_BYTES = 2 * 1024 * 1024;
const READ_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;
/** ESC, SO and SI, and the first byte of a C1 control in UTF-8: with none of these, output only writes lines. */
const CONTROLS = [0x1b, 0x0e, 0x0f, 0xc2];

/**
 * Where drawing can go on after `from` as if everything between had been drawn: when plain lines follow, only the last
 * of them can still be seen. Most of what floods is such lines, and looking for controls is 50 times quicker than drawing.
 * Returns `from` where nothing can be skipped. `from` must not be inside a sequence or character.
 */
export const skipPlainLines = (log: ConsoleLog, from: number, to: number): number => {
  if (to - from < 2 * DRAWN_BYTES) return from;
  const target = plainUntil(log, from, Math.min(to, from + SEARCH_BYTES)) - DRAWN_BYTES;
  if (target <= from) return from;
  let lines = 0;
  let start = from;
  for (let at = target; at < target + DRAWN_BYTES; ) {
    const read = log.read(at, Math.min(READ_BYTES, target + DRAWN_BYTES - at));
    if (!read.ok) return from;
    for (let index = read.bytes.indexOf(LINE_FEED); index >= 0; index = read.bytes.indexOf(LINE_FEED, index + 1)) {
      if (lines === 0) start = at + index + 1;
      lines += 1;
    }
    at += read.bytes.length;
  }
  return lines > DRAWN_LINES ? start : from;
};

/** Offset of the first control at or after `from`, at most `to`. */
const plainUntil = (log: ConsoleLog, from: number, to: number): number => {
  for (let at = from; at < to; ) {
    const read = log.read(at, Math.min(READ_BYTES, to - at));
    if (!read.ok) return at;
    const controls = CONTROLS.map((control) => read.bytes.indexOf(control)).filter((index) => index >= 0);
    if (controls.length > 0) return at + Math.min(...controls);
    at += read.bytes.length;
  }
  return to;
};
