import { LogLines } from "./logLines.ts";
import { type OffsetRange, piecesOf, type ReadableLog } from "./readableLog.ts";

/**
 * What a terminal would obey instead of showing: control sequences (CSI), strings (OSC, DCS, SOS, PM, APC) up to their
 * end or the line's, other escapes of two or three bytes, and the controls that are not a tab or a carriage return.
 */
const OBEYED = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*(?:[@-~]|$)",
    "(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c|$)?",
    "\\u001b[ -/]*[0-OQ-WYZ\\\\`-~]?",
    "[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001a\\u001c-\\u001f\\u007f-\\u009f]",
  ].join("|"),
  "g",
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** One line of output as text without escape sequences. What a carriage return overwrote stays, as a line of its own. */
export const plainLine = (line: Uint8Array): string => {
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8");
  if (!CONTROLS.test(text)) return text;
  return text.replace(OBEYED, "").replace(/\r+$/, "").replace(/\r+/g, "\n");
};

/** A range of a log as text without escape sequences; what is not kept is told in a line in brackets. */
export function* plainText(log: ReadableLog, range: OffsetRange): Generator<string, void> {
  const lines = new LogLines();
  const texts = (found: Iterable<{ readonly bytes: Uint8Array }>): string => {
    let text = "";
    for (const { bytes } of found) text += `${plainLine(bytes)}\n`;
    return text;
  };
  for (const piece of piecesOf(log, range)) {
    const text =
      piece.kind === "bytes"
        ? texts(lines.push(piece.offset, piece.bytes))
        : `${texts(lines.end())}[${piece.to - piece.from} bytes are not kept]\n`;
    if (text !== "") yield text;
  }
  const rest = texts(lines.end());
  if (rest !== "") yield rest;
}
