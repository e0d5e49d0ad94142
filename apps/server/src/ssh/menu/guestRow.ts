import { elapsed, type Guest, type GuestState } from "@corral/contracts";
import { loadOf } from "../loadOf.ts";
import type { Line, Look, Piece } from "./screen.ts";

const LOOK: Record<GuestState, Look> = {
  stopped: "dim",
  starting: "moving",
  booting: "moving",
  running: "good",
  paused: "moving",
  stopping: "moving",
  crashed: "bad",
};

const NAME_CELLS_MINIMUM = 12;
const NAME_CELLS_MAXIMUM = 30;
const STATE_CELLS = 10;
const UPTIME_CELLS = 9;
const LOAD_CELLS = 6;
const MEMORY_CELLS = 11;
const FIXED_CELLS = 2 + STATE_CELLS + UPTIME_CELLS + LOAD_CELLS + MEMORY_CELLS;

/** A quarter for the name, and what is left of the line for what there is to say. */
const nameCells = (cols: number): number =>
  Math.min(NAME_CELLS_MAXIMUM, Math.max(NAME_CELLS_MINIMUM, Math.floor((cols - FIXED_CELLS) / 2)));

export const headings = (cols: number): Line => [
  { text: "", width: 2, look: "dim" },
  { text: "NAME", width: nameCells(cols), look: "dim" },
  { text: "STATE", width: STATE_CELLS, look: "dim" },
  { text: "UPTIME", width: UPTIME_CELLS, look: "dim" },
  { text: "LOAD", width: LOAD_CELLS, look: "dim" },
  { text: "MEMORY", width: MEMORY_CELLS, look: "dim" },
  { text: "", look: "dim" },
];

export const guestRow = (guest: Guest, isChosen: boolean, cols: number, now: number): Line => [
  { text: isChosen ? "> " : "", width: 2, ...(isChosen ? { look: "chosen" as const } : {}) },
  { text: guest.definition.name, width: nameCells(cols) },
  { text: guest.state, width: STATE_CELLS, look: LOOK[guest.state] },
  { text: guest.startedAt === null ? "-" : elapsed(guest.startedAt, now), width: UPTIME_CELLS },
  loadPiece(guest),
  { text: memoryOf(guest), width: MEMORY_CELLS },
  { text: noteOf(guest), look: "dim" },
];

/** A guest that is silent or paused may have any load by now. */
const loadPiece = ({ vitals }: Guest): Piece => ({
  text: loadOf(vitals) || "-",
  width: LOAD_CELLS,
  look: vitals.pulse === "live" ? "plain" : "dim",
});

/** MiB: used of all, or only all while it does not say. */
const memoryOf = ({ vitals: { pulse, inside }, definition: { memoryMiB } }: Guest): string =>
  pulse === "off" || inside === null
    ? `${memoryMiB}M`
    : `${Math.round(inside.memoryUsedBytes / 1024 ** 2)}/${memoryMiB}M`;

const noteOf = ({ progress, state, ending, definition }: Guest): string => {
  if (progress !== null) return progress;
  return (state === "crashed" ? ending?.message : undefined) ?? definition.description;
};
