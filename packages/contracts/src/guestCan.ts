import { z } from "zod";
import type { Guest, GuestState } from "./guest.ts";

export const guestAction = z.enum([
  "start",
  "shutdown",
  "restart",
  "ctrl-alt-del",
  "pause",
  "resume",
  "force-off",
  "force-restart",
]);
export type GuestAction = z.infer<typeof guestAction>;

export const guestOperation = z.enum([...guestAction.options, "delete", "edit", "attach", "debug"]);
export type GuestOperation = z.infer<typeof guestOperation>;

type Subject = Pick<Guest, "state"> & Partial<Pick<Guest, "debugger">>;
type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const alive: readonly GuestState[] = ["starting", "booting", "running", "paused", "stopping"];
const off: readonly GuestState[] = ["stopped", "crashed"];
const any: readonly GuestState[] = [...off, ...alive];

/** What each operation is called where a person reads it, what it does, and in which states it is allowed. */
export const OPERATIONS: Record<
  GuestOperation,
  { readonly label: string; readonly meaning: string; readonly states: readonly GuestState[] }
> = {
  start: { label: "Start", meaning: "Boots the guest with its current definition.", states: off },
  shutdown: {
    label: "Shut down",
    meaning:
      "Presses Ctrl-Alt-Del in the guest and leaves it off. The guest ends its programs and writes its disks; connections are closed in order.",
    states: ["booting", "running", "stopping"],
  },
  restart: {
    label: "Restart",
    meaning:
      "Shuts the guest down in order, then boots it with its current definition. Disks are written, connections closed.",
    states: ["booting", "running"],
  },
  "ctrl-alt-del": {
    label: "Ctrl-Alt-Del",
    meaning:
      "Presses the keys and nothing more: the guest's init decides. Most images then write their disks and power off or reboot.",
    states: ["booting", "running", "stopping"],
  },
  pause: {
    label: "Pause",
    meaning:
      "Stops the guest's CPU; nothing is written to its disks meanwhile. Connections may time out, and its clock jumps when it goes on.",
    states: ["running"],
  },
  resume: {
    label: "Resume",
    meaning: "Lets a paused guest go on where it stood. Connections that timed out meanwhile are lost.",
    states: ["paused"],
  },
  "force-off": {
    label: "Force off",
    meaning:
      "Ends the guest at once, as if its power were cut. What it had not written to disk is lost; connections are cut.",
    states: alive,
  },
  "force-restart": {
    label: "Force restart",
    meaning: "Cuts the guest's power and boots it again. What it had not written to disk is lost; connections are cut.",
    states: ["booting", "running", "paused", "stopping"],
  },
  delete: {
    label: "Delete",
    meaning: "Deletes the guest. For a day it can be brought back, with its disks and console logs.",
    states: off,
  },
  edit: {
    label: "Edit",
    meaning: "Changes the definition. A running guest takes it up at its next start.",
    states: any,
  },
  attach: { label: "Console", meaning: "Opens the guest's consoles.", states: any },
  debug: {
    label: "Attach",
    meaning: "Attaches a debugger to the guest's kernel. Under gdb the guest stands still until it is detached.",
    states: ["booting", "running", "paused", "stopping"],
  },
};

/** What a guest has to answer itself. */
const NEEDS_ANSWER: ReadonlySet<GuestOperation> = new Set<GuestOperation>([
  "shutdown",
  "restart",
  "ctrl-alt-del",
  "pause",
  "resume",
]);

/** What leaves a guest off. */
const ENDS: ReadonlySet<GuestOperation> = new Set<GuestOperation>(["shutdown", "force-off"]);

const inWords: Record<GuestState, string> = {
  stopped: "is off",
  starting: "is being started",
  booting: "is booting",
  running: "is running",
  paused: "is paused",
  stopping: "is shutting down",
  crashed: "has crashed",
};

const hints: Partial<Record<`${GuestOperation}:${GuestState}`, string>> = {
  "shutdown:paused": "Resume it first, so that it can shut down in order, or use Force off.",
  "restart:paused": "Resume it first, or use Force restart.",
  "ctrl-alt-del:paused": "Resume it first: a paused guest does not see any key.",
  "restart:stopping": "Wait until it is off, or use Force restart.",
  "pause:booting": "Wait until it has booted.",
  "force-restart:starting": "Wait a moment, or use Force off.",
  "resume:running": "Only a paused guest can be resumed.",
};

/** Whether `operation` is allowed on a guest in this state, and if not, why, in a sentence a person can act on. */
export const guestCan = (operation: GuestOperation, guest: Subject): Verdict => {
  const { states, label } = OPERATIONS[operation];
  if (states.includes(guest.state)) return isHeldFrom(operation, guest) ?? { allowed: true };
  const hint = hints[`${operation}:${guest.state}`] ?? hintFor(operation, guest.state);
  return { allowed: false, reason: `${label} is not possible: the guest ${inWords[guest.state]}. ${hint}`.trim() };
};

/** A guest that stands still under gdb hears of nothing but a power cut. */
const isHeldFrom = (operation: GuestOperation, { debugger: held }: Subject): Verdict | null => {
  if (held?.holds !== true || !NEEDS_ANSWER.has(operation)) return null;
  const reason = `${OPERATIONS[operation].label} is not possible: the guest is held by a debugger (gdb of ${held.user}). Continue or detach there first.`;
  return { allowed: false, reason };
};

const hintFor = (operation: GuestOperation, state: GuestState): string => {
  if (off.includes(state)) return ENDS.has(operation) ? "There is nothing to end." : "Start it first.";
  if (operation === "delete") return "Shut it down or force it off first.";
  if (operation === "start") return state === "stopping" ? "Wait until it is off." : "It is on already.";
  return "";
};
