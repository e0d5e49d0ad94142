import { describe, expect, it } from "vitest";
import { guestState } from "./guest.ts";
import { guestCan, guestOperation } from "./guestCan.ts";

describe("what may be done with a guest", () => {
  it("is this table", () => {
    const table = Object.fromEntries(
      guestState.options.map((state) => [
        state,
        guestOperation.options.filter((operation) => guestCan(operation, { state }).allowed).join(" "),
      ]),
    );
    expect(table).toEqual({
      stopped: "start delete edit attach",
      starting: "force-off edit attach",
      booting: "shutdown restart ctrl-alt-del force-off force-restart edit attach",
      running: "shutdown restart ctrl-alt-del pause force-off force-restart edit attach",
      paused: "resume force-off force-restart edit attach",
      stopping: "shutdown ctrl-alt-del force-off force-restart edit attach",
      crashed: "start delete edit attach",
    });
  });

  it("comes with a reason that says the state, for everything that may not", () => {
    for (const state of guestState.options) {
      for (const operation of guestOperation.options) {
        const verdict = guestCan(operation, { state });
        if (!verdict.allowed) expect(verdict.reason).toMatch(/is not possible: the guest (is|has) /);
      }
    }
  });

  it("ends each state in one from which the guest can be started or forced off", () => {
    for (const state of guestState.options) {
      const ways = ["start", "force-off"] as const;
      expect(ways.some((way) => guestCan(way, { state }).allowed)).toBe(true);
    }
  });
});
