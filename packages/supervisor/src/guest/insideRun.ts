import { CorralError, type GuestLinkState, type GuestState } from "@corral/contracts";
import { GuestInside } from "../link/inside.ts";
import type { GuestSpec } from "./guestSpec.ts";
import type { RunningGuest } from "./runningGuest.ts";

/** What can be done inside a run, over its guest link. Throws CorralError wrong_state; whether the link answers shows with the first command. */
export const insideRun = (
  { link, debugger: tracer }: RunningGuest,
  state: GuestState,
  spec: GuestSpec,
): GuestInside => {
  const { name, guestLink } = spec.definition;
  if (state === "paused" || state === "starting") {
    throw new CorralError("wrong_state", `${name} is ${state}: nothing can be done inside it now.`);
  }
  if (tracer.held !== null) {
    throw new CorralError("wrong_state", `${name} ${tracer.held}. Continue or detach there first.`);
  }
  if (link === null) {
    const why = guestLink
      ? "has no guest link in this run: it was started without one, or it could not be brought back. Restart it to get one"
      : "has its guest link switched off in its definition";
    throw new CorralError("wrong_state", `${name} ${why}.`);
  }
  return new GuestInside(link);
};

export const linkStateOf = (run: RunningGuest | null): GuestLinkState => {
  if (run === null) return "off";
  return run.link?.state ?? (run.record.link === null ? "off" : "failed");
};
