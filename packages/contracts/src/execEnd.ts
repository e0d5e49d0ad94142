import { EXIT } from "./exitCodes.ts";

/** How a command in a guest ended, as the API and its socket tell. */
export interface ExecEnd {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly incomplete: boolean;
  readonly truncated?: boolean;
}

/** What a shell gives a command that was ended: 128 and SIGKILL. */
export const EXEC_KILLED = 137;

/** What corral exec, and exec over ssh, end with: as the command did, unless that would call half an output a whole one. */
export const execExitCode = ({ exitCode, incomplete }: ExecEnd): number =>
  exitCode === 0 && incomplete ? EXIT.incomplete : (exitCode ?? EXEC_KILLED);

/** What has to be said of it besides what it printed, a sentence or two each. */
export const execRemarks = ({ timedOut, incomplete, truncated = false }: ExecEnd): string[] => [
  ...(truncated ? ["The output was longer; the rest was dropped."] : []),
  ...(timedOut ? ["The command took too long and was ended."] : []),
  ...(incomplete
    ? [
        "The end of the output was not seen, so there may be more of it. If the command leaves something in the " +
          "background, give that an output of its own (>/dev/null 2>&1); otherwise the guest was too busy: run it again.",
      ]
    : []),
];
