import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GuestAction } from "../../packages/contracts/src/index.ts";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
import { stepsOfOneStory } from "./steps.ts";

/** Room for the demo image, its kernel's log and a guest's disk. */
const DISK_MIB = 192;

/* The disk with everything that Corral has on it becomes full while somebody types. */
describe("a full disk", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  /** On the server's own disk, which is mounted for it alone. */
  const filler = () => join(`/proc/${server.pid}/root`, server.home, "filler");
  const fill = () => {
    const fd = openSync(filler(), "a");
    try {
      for (;;) writeSync(fd, Buffer.alloc(4096));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
    } finally {
      closeSync(fd);
    }
  };
  const type = (keys: string) => typeInTerminal(page, keys);

  beforeAll(async () => {
    server = await RunningServer.startOnSmallDisk(DISK_MIB);
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser));
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("keeps nobody from working in the guest, and the page says that history is not being kept", async () => {
    fill();
    // More than the rest of a page of the file, which is there although the disk is full.
    await type("seq 3000; echo full-$((40+2))\n");
    await seeInTerminal(page, /^full-42/m);
    await page.getByRole("alert").filter({ hasText: "History is not being kept" }).waitFor();
    await type("clear; echo still-$((40+2))\n");
    await seeInTerminal(page, /^still-42/m);
  });

  it("says how much a killed server would lose, and keeps that fresh", async () => {
    const shown = () => page.getByText(/^[\d.]+ (B|KiB|MiB) in memory alone$/).innerText();
    const before = await shown();
    const unwritten = async () =>
      (await server.client.getGuest({ params: { id: "web1" } })).consoles[0]?.unwrittenBytes;
    const bytes = (await unwritten()) ?? 0;
    expect(bytes).toBeGreaterThan(0);
    // Nothing but the number changes: neither the state nor what is wrong.
    await type("clear; seq 5000; echo more-$((40+2))\n");
    await seeInTerminal(page, /^more-42/m);
    await expect.poll(shown, { timeout: 20_000 }).not.toBe(before);
    expect(await unwritten()).toBeGreaterThan(bytes + 5000);
    await type("clear; echo still-$((40+2))\n");
    await seeInTerminal(page, /^still-42/m);
  });

  it("is said where something new is asked for, and changes nothing", async () => {
    const asked = server.client.createGuest({ body: { name: "web2", image: "demo", memoryMiB: 64 } });
    await expect(asked).rejects.toMatchObject({ code: "disk_full" });
    expect((await server.client.listGuests({})).items.map(({ definition }) => definition.name)).toEqual(["web1"]);
  });

  it("shows a page that comes now what there is", async () => {
    await page.reload();
    await page.locator("[data-attached=true]").waitFor();
    await seeInTerminal(page, /^still-42/m);
    await page.getByRole("alert").filter({ hasText: "History is not being kept" }).waitFor();
  });

  it("lets a guest be paused, resumed and forced off, and says why none is started", async () => {
    const act = (action: GuestAction) => server.client.guestAction({ params: { id: "web1", action } });
    await act("pause");
    await page.getByText("Its clock stands still.").waitFor();
    await act("resume");
    await server.state("web1", "running");
    await act("force-off");
    await page.getByText("web1 is off").waitFor();
    await expect(act("start")).rejects.toMatchObject({ code: "disk_full" });
  });

  it("keeps history again when there is room", async () => {
    rmSync(filler());
    // It is off and prints nothing: what was at risk is written all the same.
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Start", exact: true }).first().click();
    await seeInTerminal(page, /web1:~#/);
    await type("clear; echo room-$((40+2))\n");
    await seeInTerminal(page, /^room-42/m);
    expect((await server.state("web1", "running")).consoles[0]).toMatchObject({
      historyProblem: null,
      unwrittenBytes: 0,
    });
    expect(errors).toEqual([]);
  });
});
