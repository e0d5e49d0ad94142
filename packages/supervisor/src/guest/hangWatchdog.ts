import { existsSync } from "node:fs";
import type { Mount } from "../sandbox/sandbox.ts";
import type { GuestSpec } from "./guestSpec.ts";
import type { LaunchRecord } from "./launchRecord.ts";

/*
 * A kernel's /dev/watchdog has its other half on the host: a program that the kernel starts when a program of the guest
 * opens it, always from this path, and that notifies Corral when the guest has not fed it for a minute (docs/uml.md,
 * "Notifications"). The sandbox is given it where the host has it.
 */

export const WATCHDOG_HELPER = "/usr/bin/uml_watchdog";

export const watchdogMounts = (): readonly Mount[] =>
  existsSync(WATCHDOG_HELPER) ? [{ source: WATCHDOG_HELPER, target: WATCHDOG_HELPER, writable: false }] : [];

/** Why a guest has no watchdog, in this run or, where it is off, in the next; null: it has. */
export const whyNoWatchdog = ({ kernel }: GuestSpec, run: LaunchRecord | null): string | null => {
  if (!kernel.watchdog) return "Its kernel was built without one (UML_WATCHDOG).";
  const isHere = existsSync(WATCHDOG_HELPER);
  if (run === null ? isHere : run.argv.includes(WATCHDOG_HELPER)) return null;
  return isHere
    ? "It was started before the host had uml_watchdog. Restart it."
    : `The host lacks ${WATCHDOG_HELPER}. As root: apt-get install --no-install-recommends uml-utilities, then restart the guest.`;
};
