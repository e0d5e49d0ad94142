import { z } from "zod";
import { shownText } from "./text.ts";

/*
 * What the guest link tells and does: docs/guest-link.md. All of it comes from inside the guest, whose root can make it
 * say anything.
 */

/** Bytes of a command's input: in base64 it has room in EXEC_BODY_MAXIMUM_BYTES. */
export const EXEC_INPUT_MAXIMUM_BYTES = 1024 * 1024;
/** That input in base64, with room for the command. */
export const EXEC_BODY_MAXIMUM_BYTES = (3 * EXEC_INPUT_MAXIMUM_BYTES) / 2;
/** Bytes of each of a command's two outputs that are kept; the rest is dropped, and `truncated` says so. */
export const EXEC_OUTPUT_MAXIMUM_BYTES = 2 * 1024 * 1024;
export const EXEC_TIMEOUT_MAXIMUM_MS = 10 * 60 * 1000;
/** Commands of one guest whose input and output are connected; each may last, and takes of the link's speed. */
export const EXEC_STREAMS_MAXIMUM = 4;
const COMMAND_WORDS_MAXIMUM = 256;
const COMMAND_MAXIMUM_CHARACTERS = 16 * 1024;
/** A piece of a file that is copied: small enough to be there within a request on a busy host. */
export const FILE_PIECE_MAXIMUM_BYTES = 512 * 1024;

const base64 = (maximumBytes: number) =>
  z.base64().max(Math.ceil(maximumBytes / 3) * 4, `must be at most ${maximumBytes} bytes`);

const word = z.string().refine((text) => !text.includes("\0"), "must not contain a NUL");

export const execCommand = z
  .array(word)
  .min(1)
  .max(COMMAND_WORDS_MAXIMUM)
  .refine((words) => words[0] !== "", "must begin with a program")
  .refine(
    (words) => words.join(" ").length <= COMMAND_MAXIMUM_CHARACTERS,
    `must be at most ${COMMAND_MAXIMUM_CHARACTERS} characters; put longer text into its input`,
  )
  .describe("Program and arguments; no shell is in between. Run as the guest's root, in /root");

export const execRequest = z.strictObject({
  command: execCommand,
  input: base64(EXEC_INPUT_MAXIMUM_BYTES).default("").describe("Its standard input, in base64"),
  timeoutMs: z.int().min(100).max(EXEC_TIMEOUT_MAXIMUM_MS).default(30_000),
  outputMaximumBytes: z.int().min(0).max(EXEC_OUTPUT_MAXIMUM_BYTES).default(EXEC_OUTPUT_MAXIMUM_BYTES),
  encoding: z.enum(["text", "base64"]).default("text").describe("How its outputs are answered; text is UTF-8"),
});
export type ExecRequest = z.output<typeof execRequest>;

export const execAnswer = z.object({
  exitCode: z
    .int()
    .nullable()
    .describe("128 and the signal's number if a signal ended it; null if its end was not reported"),
  timedOut: z.boolean().describe("It was ended, with all its children, since its time was over"),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean().describe("There was more output than was asked for"),
  incomplete: z
    .boolean()
    .describe(
      "The end of its output was not seen, so there may be more: something that it has left in the background holds it open, or the guest was too busy to send it in time",
    ),
});
export type ExecAnswer = z.output<typeof execAnswer>;

export const guestProcess = z.object({
  pid: z.int(),
  parent: z.int(),
  uid: z.int().nullable(),
  state: shownText.describe("One letter, as ps shows it"),
  name: shownText,
  command: shownText.describe("Its command line, at most its first 200 bytes; empty for the kernel's own"),
  cpuSeconds: z.number().describe("Processor time that it has used in all"),
  ageSeconds: z.number(),
  residentBytes: z.int(),
  corral: z.boolean().describe("It is part of the guest link, or of this very list"),
});
export type GuestProcess = z.output<typeof guestProcess>;

export const guestProcesses = z.object({
  uptimeSeconds: z.number(),
  processes: z.array(guestProcess),
});
export type GuestProcesses = z.output<typeof guestProcesses>;

const traffic = z.object({ bytes: z.number(), packets: z.number(), errors: z.number(), dropped: z.number() });

export const guestInterface = z.object({
  name: shownText,
  hardwareAddress: shownText.nullable(),
  addresses: z.array(shownText).describe("With the prefix's length, such as 10.0.0.2/24"),
  received: traffic,
  sent: traffic,
});
export type GuestInterface = z.output<typeof guestInterface>;

export const guestNetwork = z.object({ interfaces: z.array(guestInterface) });
export type GuestNetwork = z.output<typeof guestNetwork>;

export const guestSocket = z.object({
  protocol: z.enum(["tcp", "tcp6", "udp", "udp6", "unix"]),
  local: shownText.describe("Address and port, or a unix socket's path"),
  remote: shownText.nullable().describe("null: it is connected to nothing, or cannot be told"),
  state: shownText,
  pid: z.int().nullable().describe("A process that has it open; null: it cannot be told"),
  process: shownText.nullable(),
});
export type GuestSocket = z.output<typeof guestSocket>;

export const guestSockets = z.object({
  sockets: z.array(guestSocket),
  truncated: z.boolean().describe("There are more"),
});
export type GuestSockets = z.output<typeof guestSockets>;

const guestPath = word.max(1024).regex(/^\//, "must be an absolute path inside the guest");

export const fileQuery = z.strictObject({
  path: guestPath,
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(FILE_PIECE_MAXIMUM_BYTES).default(FILE_PIECE_MAXIMUM_BYTES),
});

export const filePiece = z.strictObject({
  path: guestPath,
  upload: z
    .string()
    .regex(/^[a-z0-9]{8,32}$/, "must be 8 to 32 of a–z and 0–9")
    .describe("Any name, the same for all pieces of one file: two uploads do not mix"),
  offset: z.int().min(0).describe("How much was sent before"),
  content: base64(FILE_PIECE_MAXIMUM_BYTES),
  last: z.boolean().describe("The file is whole with this piece, and takes its place"),
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/, "must be an octal mode, such as 644")
    .default("644"),
});
export type FilePiece = z.output<typeof filePiece>;
