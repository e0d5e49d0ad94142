export type MconsoleErrorCode =
  /** No guest listens: its socket is not there, or nobody holds it. */
  | "not-running"
  /** It did not answer in time. Whether it carried the command out is not known. */
  | "silent"
  /** It answered that it would not or could not: kernelText is its own sentence, err its number. */
  | "refused"
  /** Not sent: it would wreck a guest of this kernel, is no command, or holds a character that must not be. */
  | "forbidden"
  /** Not sent: it does not fit in a request. */
  | "too-long"
  /** The answer does not end; what came so far was thrown away. */
  | "too-much"
  /** What came back is no answer. */
  | "malformed"
  /** Not sent: too many commands wait, or those before it took all of its time. */
  | "busy"
  /** Not sent: what lies in the place of the socket is none (a guest can write there). */
  | "not-a-socket"
  /** The host refused a system call; the cause has its errno. */
  | "failed"
  /** The caller's AbortSignal fired. */
  | "aborted"
  /** The client was closed. */
  | "closed";

export class MconsoleError extends Error {
  override readonly name = "MconsoleError";
  readonly code: MconsoleErrorCode;
  /** The kernel's own words, where code is refused. */
  readonly kernelText: string | null;
  /** The kernel's number, where code is refused: 1 or a negative errno. */
  readonly err: number | null;

  constructor(
    code: MconsoleErrorCode,
    message: string,
    options: ErrorOptions & { readonly kernelText?: string; readonly err?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.kernelText = options.kernelText ?? null;
    this.err = options.err ?? null;
  }
}
