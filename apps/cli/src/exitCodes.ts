import type { ExitCode } from "@corral/contracts";

export { EXIT, type ExitCode, exitCodeOf } from "@corral/contracts";

/** An expected end of a command with something to say: what happened, and what to do next. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
