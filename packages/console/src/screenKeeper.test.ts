import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConsoleLog } from "./consoleLog.ts";
import { loadScreen } from "./savedScreen.ts";
import { ScreenKeeper } from "./screenKeeper.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";
import { until } from "./testing/until.ts";

const open = (folder = temporaryFolder()) => {
  const log = ConsoleLog.open(folder, { budgetBytes: 64 * 1024 * 1024 });
  log.markSize(80, 24);
  return log;
};

describe("ScreenKeeper", () => {
  it("makes no screen for a console that never printed", async () => {
    const log = open();
    const keeper = new ScreenKeeper(log);
    expect(await keeper.snapshot()).toEqual({ offset: 0, cols: 80, rows: 24, screen: "" });
    expect(keeper.awake).toBe(false);
    keeper.dispose();
    log.close();
  });

  it("saves the screen when it is disposed of, and tells it from there without drawing", async () => {
    const log = open();
    const keeper = new ScreenKeeper(log);
    log.append(Buffer.from("\x1b[31mred"));
    const snapshot = await keeper.snapshot();
    expect(snapshot.screen).toContain("red");
    keeper.dispose();
    const next = new ScreenKeeper(log);
    expect(await next.snapshot()).toEqual(snapshot);
    expect(next.awake).toBe(false);

    log.markSize(100, 30);
    expect(await next.snapshot()).toMatchObject({ cols: 100, rows: 30, offset: 8 });
    expect(next.awake).toBe(true);
    next.dispose();
    log.close();
  });

  it("keeps the saved screen near the end of a log that nobody watches, and modes with it", async () => {
    const log = open();
    const keeper = new ScreenKeeper(log);
    log.append(Buffer.from("\x1b[?1049h\x1b[?2004h"));
    const chunk = Buffer.from(`${"x".repeat(78)}\r\n`.repeat(800));
    for (let written = 0; written < 6 * 1024 * 1024; written += chunk.length) {
      log.append(chunk);
      keeper.grown();
      if (written % (1024 * 1024) < chunk.length) {
        await until(() => log.end - (loadScreen(log.folder)?.offset ?? 0) < 1024 * 1024);
      }
    }
    expect(keeper.awake).toBe(false);
    expect((await keeper.snapshot()).screen.includes("\x1b[?2004h")).toBe(true);
    keeper.dispose();
    log.close();
  });

  it("waits for a pause to save the screen of a flood, but not for ever", async () => {
    const log = open();
    const keeper = new ScreenKeeper(log);
    const chunk = Buffer.from(`\x1b[?2004h${"x".repeat(78)}\r\n`.repeat(800));
    let saved = 0;
    while (saved === 0) {
      log.append(chunk);
      keeper.grown();
      for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      saved = loadScreen(log.folder)?.offset ?? 0;
    }
    expect(saved).toBeGreaterThanOrEqual(4 * 1024 * 1024);
    expect(saved).toBeLessThan(5 * 1024 * 1024);
    expect(keeper.awake).toBe(false);
    keeper.dispose();
    log.close();
  });

  it("survives a saved screen that is damaged", async () => {
    const log = open();
    log.append(Buffer.from("text"));
    for (const damage of ["", "{", '{"offset":4}', '{"offset":400,"cols":80,"rows":24,"screen":"lie"}']) {
      writeFileSync(join(log.folder, "screen.json"), damage);
      const keeper = new ScreenKeeper(log);
      expect(await keeper.snapshot()).toMatchObject({ offset: 4, screen: "text" });
      keeper.dispose();
    }
    log.close();
  });

  it("refuses when it is gone", async () => {
    const log = open();
    log.append(Buffer.from("text"));
    const keeper = new ScreenKeeper(log);
    const asked = keeper.snapshot();
    keeper.dispose();
    await expect(asked).rejects.toMatchObject({ code: "disposed" });
    await expect(keeper.snapshot()).rejects.toMatchObject({ code: "disposed" });
    log.close();
  });
});

describe("an idle screen", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is saved up to the end and dropped", async () => {
    const log = open();
    const keeper = new ScreenKeeper(log);
    log.append(Buffer.from("one "));
    await keeper.snapshot();
    log.append(Buffer.from("two"));
    keeper.grown();
    expect(keeper.awake).toBe(true);
    expect(existsSync(join(log.folder, "screen.json"))).toBe(false);
    vi.advanceTimersByTime(60_000);
    while (keeper.awake) await new Promise((resolve) => setImmediate(resolve));
    expect(loadScreen(log.folder)).toMatchObject({ offset: 7, screen: "one two" });
    keeper.dispose();
    log.close();
  });
});
