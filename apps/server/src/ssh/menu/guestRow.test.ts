import { type Guest, NO_VITALS } from "@corral/contracts";
import { expect, test } from "vitest";
import { guestRow, headings } from "./guestRow.ts";

const inside = {
  at: "",
  uptimeSeconds: 9,
  load: [1.234, 2, 3],
  memoryTotalBytes: 0,
  memoryUsedBytes: 21 << 20,
  tasks: 9,
};
const guest = {
  definition: { name: "web1", memoryMiB: 64, description: "the first" },
  state: "running",
  startedAt: "2026-11-21T12:00:00Z",
  vitals: NO_VITALS,
  progress: null,
} as unknown as Guest;
const shown = (changes: object) =>
  guestRow({ ...guest, ...changes }, false, 80, Date.parse("2026-11-21T12:01:05Z")).map(({ text }) => text);

test("a row says how a guest is, and fits", () => {
  expect(shown({})).toEqual(["", "web1", "running", "1m 5s", "-", "64M", "the first"]);
  const live = { ...NO_VITALS, pulse: "live", inside };
  expect(shown({ vitals: live })).toEqual(["", "web1", "running", "1m 5s", "1.23", "21/64M", "the first"]);
  // What was measured before it was shut down is over.
  expect(shown({ vitals: { ...live, pulse: "off" }, state: "stopped", startedAt: null })[4]).toBe("-");
  for (const cols of [80, 60, 200]) {
    const widths = headings(cols).map(({ width = 0 }) => width);
    expect(widths).toEqual(guestRow(guest, true, cols, 0).map(({ width = 0 }) => width));
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeLessThan(cols);
  }
});
