/** Why a call was refused. Each is expected to happen and is the caller's to answer. */
export type ConsoleErrorCode =
  /** `since` or `from` is greater than the log's end: those bytes have never been printed. */
  | "beyond-end"
  /** An acknowledgement of bytes that were never sent to this viewer. */
  | "bad-ack"
  /** A window size outside 2–500 columns, 1–300 rows. */
  | "bad-size"
  | "too-many-viewers"
  /** Bytes that were deleted to stay within the log's budget while they were read. */
  | "expired"
  /** A regular expression that is none, or that takes too long. */
  | "bad-pattern"
  /** The console, log or viewer has been disposed of, closed or detached. */
  | "disposed";

export class ConsoleError extends Error {
  readonly code: ConsoleErrorCode;

  constructor(code: ConsoleErrorCode, message: string) {
    super(message);
    this.name = "ConsoleError";
    this.code = code;
  }
}
