import { CorralError } from "@corral/contracts";
import { GuestInside } from "../link/inside.ts";
import type { GuestCondition } from "./condition.ts";
import type { RunningGuest } from "./runningGuest.ts";

/* What a running guest is asked over its management console, and what its state is then. Each rejects with CorralError. */

/** A busy guest answers within a tick of its clock, 10 ms; only a hung one takes this long. */
const MCONSOLE_TIMEOUT_MS = 3_000;
const WITHIN = { timeoutMs: MCONSOLE_TIMEOUT_MS };

export interface AskedGuest {
  readonly name: string;
  readonly run: RunningGuest;
  readonly condition: GuestCondition;
  /** Whether this run still goes on. */
  readonly isOn: () => boolean;
}

/** Presses Ctrl-Alt-Del and leaves the guest off, or starts it again, when it has ended. */
export const askToEnd = async (guest: AskedGuest, asked: "shutdown" | "restart"): Promise<void> => {
  const { name, run, condition } = guest;
  run.note({ asked });
  try {
    await run.mconsole.cad(WITHIN).catch((error: unknown) => {
      // Its programs can begin it as well, where they answer.
      if (run.link?.state !== "up") throw error;
      return new GuestInside(run.link).powerOff();
    });
  } catch (error) {
    if (guest.isOn() && condition.state !== "stopping") run.note({ asked: null });
    throw new CorralError(
      "guest_silent",
      `${name} does not answer on its management console (${(error as Error).message}), so it could not be asked to ${asked === "shutdown" ? "shut down" : "restart"}. If it is still booting, try again in a moment; otherwise use Force off.`,
    );
  }
  if (!guest.isOn()) return;
  condition.become("stopping");
  condition.startDeadline();
};

/** Presses Ctrl-Alt-Del and nothing more: what follows is up to the guest's init. */
export const pressCtrlAltDel = async ({ name, run }: AskedGuest): Promise<void> => {
  await run.mconsole.cad(WITHIN).catch((error: unknown) => {
    throw silent(name, "reached", error);
  });
};

export const pause = async ({ name, run, condition }: AskedGuest): Promise<void> => {
  run.note({ paused: true });
  try {
    await run.mconsole.stop(WITHIN);
  } catch (error) {
    run.note({ paused: false });
    throw silent(name, "paused", error);
  }
  condition.become("paused");
};

/** What an earlier server may have paused, or not come to. Pausing a paused guest does nothing. */
export const pauseAgain = (run: RunningGuest): void => {
  run.mconsole.stop(WITHIN).catch(() => {});
};

export const resumeFromPause = async ({ name, run, condition }: AskedGuest): Promise<void> => {
  await run.mconsole.go(WITHIN).catch((error: unknown) => {
    throw silent(name, "resumed", error);
  });
  run.note({ paused: false });
  condition.become("running");
  setGuestClock(run);
};

/** A guest's clock may have stood still with it. Without a link it is the guest's own affair. */
export const setGuestClock = ({ link }: RunningGuest): void => {
  if (link?.state === "up") new GuestInside(link).setClock().catch(() => {});
};

const silent = (name: string, what: string, error: unknown): CorralError =>
  new CorralError(
    "guest_silent",
    `${name} could not be ${what}: its management console says: ${(error as Error).message}`,
  );
