import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkHost } from "./hostChecks.ts";

describe("the host checks", () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "corral-"));
  });
  afterAll(() => rmSync(home, { recursive: true }));

  it("find this host fit for guests, since the other tests boot some", async () => {
    const checks = await checkHost(home);
    expect(checks.filter(({ status }) => status === "failure")).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["kernel", "sandbox", "adoption", "disk", "memory"]),
    );
  });

  it("say for everything that is not well what follows from it", async () => {
    for (const check of await checkHost(home)) {
      expect(check.found, check.id).not.toBe("");
      expect(check.status === "ok", check.id).toBe(check.meaning === null);
    }
  });

  it("can be asked before the first start, and make nothing", async () => {
    const future = join(home, "not", "yet");
    const checks = await checkHost(future);
    expect(checks.find(({ id }) => id === "disk")).toMatchObject({ status: expect.not.stringMatching("failure") });
    expect(existsSync(join(home, "not"))).toBe(false);
  });
});
