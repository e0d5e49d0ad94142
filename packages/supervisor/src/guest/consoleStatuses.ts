import { channelsInWords } from "@corral/contracts";
import type { GuestConsoles } from "./guestConsoles.ts";
import type { GuestSpec } from "./guestSpec.ts";
import { linesOf } from "./launchRecord.ts";
import type { RunningGuest } from "./runningGuest.ts";
import type { GuestStatus } from "./status.ts";

/** How each console that Corral keeps is connected: in this run, or in the next one where there is none. */
export const consoleStatuses = (
  spec: GuestSpec,
  run: RunningGuest | null,
  consoles: GuestConsoles,
): GuestStatus["consoles"] => {
  const lines = run === null ? spec.definition.consoles : linesOf(run.record);
  return consoles.all.map((console) => {
    const line = lines.find(({ name }) => name === console.name);
    return {
      name: console.name,
      attachable: run === null || console.connected,
      bytes: console.end,
      viewers: console.viewers.length,
      historyProblem: console.log.problem?.message ?? null,
      unwrittenBytes: console.log.unwrittenBytes,
      channel: line === undefined ? "none" : channelsInWords(line),
      note: run?.lines.note(console.name) ?? null,
    };
  });
};
