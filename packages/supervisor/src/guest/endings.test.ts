import type { Ending } from "@corral/contracts";
import { describe, expect, it } from "vitest";
import { whatNext } from "./endings.ts";

const ended = (kind: Ending["kind"]): Ending => ({ kind, at: "", message: "", remedy: null, exitCode: null });

describe("what follows from the end of a guest", () => {
  it("is what was asked for, however it ended", () => {
    for (const kind of ["shutdown", "panic", "killed", "rebooted", "boot-failed"] as const) {
      expect(whatNext(ended(kind), "shutdown", "always", 3)).toBe("stay-off");
      expect(whatNext(ended(kind), "force-off", "always", 3)).toBe("stay-off");
      expect(whatNext(ended(kind), "restart", "never", 3)).toBe("start-now");
      expect(whatNext(ended(kind), "force-restart", "never", 3)).toBe("start-now");
    }
  });

  it("is a new start when the guest rebooted itself, whatever its policy", () => {
    expect(whatNext(ended("rebooted"), null, "never", 3)).toBe("start-now");
  });

  it("is another try for a boot that died early, until there were enough", () => {
    expect(whatNext(ended("boot-failed"), null, "never", 1)).toBe("retry-boot");
    expect(whatNext(ended("boot-failed"), null, "always", 0)).toBe("stay-crashed");
  });

  it.each([
    ["panic", "never", "stay-crashed"],
    ["panic", "on-crash", "start-after-back-off"],
    ["killed", "on-crash", "start-after-back-off"],
    ["powered-off", "on-crash", "stay-off"],
    ["powered-off", "always", "start-after-back-off"],
    ["lost", "always", "stay-off"],
    ["launch-failed", "always", "stay-crashed"],
  ] as const)("is, after %s with policy %s, %s", (kind, policy, next) => {
    expect(whatNext(ended(kind), null, policy, 3)).toBe(next);
  });
});
