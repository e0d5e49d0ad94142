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
      booting: "shutdown restart ctrl-alt-del force-off force-restart edit attach debug",
      running: "shutdown restart ctrl-alt-del pause force-off force-restart edit attach debug",
      paused: "resume force-off force-restart edit attach debug",
      stopping: "shutdown ctrl-alt-del force-off force-restart edit attach debug",
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

  it("is no more than a power cut while gdb holds it, and all of it while it runs under gdb", () => {
    const under = (holds: boolean) => ({ tool: "gdb" as const, user: "ada", since: "2026-01-01T00:00:00.000Z", holds });
    const may = (holds: boolean) =>
      guestOperation.options.filter(
        (operation) => guestCan(operation, { state: "running", debugger: under(holds) }).allowed,
      );
    expect(may(true).join(" ")).toBe("force-off force-restart edit attach debug");
    expect(may(false)).toEqual(guestOperation.options.filter((each) => guestCan(each, { state: "running" }).allowed));
    expect(guestCan("pause", { state: "running", debugger: under(true) })).toMatchObject({
      reason: "Pause is not possible: the guest is held by a debugger (gdb of ada). Continue or detach there first.",
    });
  });

  it("ends each state in one from which the guest can be started or forced off", () => {
    for (const state of guestState.options) {
      const ways = ["start", "force-off"] as const;
      expect(ways.some((way) => guestCan(way, { state }).allowed)).toBe(true);
    }
  });

  it("sends nobody to start a guest that they want off", () => {
    const words = (operation: "force-off" | "shutdown" | "pause") => {
      const verdict = guestCan(operation, { state: "stopped" });
      return verdict.allowed ? "" : verdict.reason;
    };
    expect([words("force-off"), words("shutdown"), words("pause")]).toEqual([
      "Force off is not possible: the guest is off. There is nothing to end.",
      "Shut down is not possible: the guest is off. There is nothing to end.",
      "Pause is not possible: the guest is off. Start it first.",
    ]);
  });
});
