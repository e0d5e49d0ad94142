import { lengthOf } from "@corral/console";
import type { GuestBoot } from "@corral/contracts";
import type { Run } from "../guest/history.ts";
import { type GuestLog, rangeOfBoot } from "./guestLog.ts";

/** The boots that are remembered, oldest first, with what each log has of them. `running`: the last one goes on. */
export const bootsOf = (
  runs: readonly Run[],
  running: boolean,
  logs: ReadonlyMap<string, GuestLog>,
): readonly GuestBoot[] =>
  runs.map(({ boot, startedAt, ending }, index) => ({
    boot,
    startedAt,
    ending,
    running: running && index === runs.length - 1,
    logs: [...logs].flatMap(([console, log]) => {
      const range = rangeOfBoot(log, boot);
      return range === null ? [] : [{ console, ...range, keptBytes: lengthOf(log.kept(range)) }];
    }),
  }));
