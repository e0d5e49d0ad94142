import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
import { stepsOfOneStory } from "./steps.ts";

/* A guest prints more than a terminal holds; all of it is found again: read, searched, downloaded, replayed. */
describe("the log of a console", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    server = await RunningServer.start();
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser, { restartPolicy: "never" }));
    // 12,000 lines, twice what the terminal holds.
    await typeInTerminal(
      page,
      'i=0; while [ $i -lt 12000 ]; do i=$((i+1)); echo "row $i of many"; done; echo all-$((1+1))\n',
    );
    await seeInTerminal(page, /all-2/, 80_000);
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  const rows = () => page.locator("[data-log-rows]");

  it("goes on above the terminal's top, to its very beginning", async () => {
    for (let n = 0; n < 200; n += 1) await page.keyboard.press("Shift+PageUp");
    await rows().waitFor();
    await rows()
      .getByText(/row \d+ of many/)
      .first()
      .waitFor();
    await rows().focus();
    await page.keyboard.press("Home");
    await rows()
      .getByText(/boot 1 ·/)
      .first()
      .waitFor();
    await rows()
      .getByText(/Linux version/)
      .first()
      .waitFor();
    expect(await rows().innerText()).not.toContain("[6n");
    await page.keyboard.press("End");
    await rows().getByText("all-2", { exact: true }).waitFor();
  });

  it("is searched as a whole, and leads to the place", async () => {
    await page.keyboard.press("/");
    await page.getByLabel("Search the whole log").fill("row 777 of");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "1 line found" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await rows().getByText("row 777 of many").waitFor();
    await rows().getByText("row 776 of many").waitFor();
    await page.getByLabel("Search the whole log").fill("(");
    await page.getByLabel("Regular expression").check();
    await page.getByLabel("Search the whole log").focus();
    await page.keyboard.press("Enter");
    await page.getByText(/no regular expression/).waitFor();
  });

  it("is downloaded", async () => {
    await page.getByRole("button", { name: "Download" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Which part").selectOption("whole");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Download" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("web1-con0.txt");
    const text = readFileSync(await download.path(), "utf8");
    expect(text.match(/^row \d+ of many$/gm)).toHaveLength(12_000);
  });

  it("is replayed, with marks, by keyboard", async () => {
    await page.getByRole("button", { name: "Replay" }).click();
    const replay = page.getByLabel("Replay of con0");
    await replay.getByRole("slider").waitFor();
    await replay.locator("[data-mark=boot]").waitFor({ state: "attached" });
    await replay.locator("[data-mark=typing]").first().waitFor({ state: "attached" });
    await page.keyboard.press("+");
    await page.keyboard.press("Space");
    await page.keyboard.press("End");
    await replay.locator(".xterm-rows").getByText("all-2", { exact: true }).waitFor();
    await page.keyboard.press("Home");
    await page.keyboard.press("Escape");
    await rows().waitFor();
    await page.getByRole("button", { name: /Back to the console/ }).click();
    await rows().waitFor({ state: "detached" });
  });

  it("shows the last lines before a crash", async () => {
    await typeInTerminal(page, "echo c > /proc/sysrq-trigger\n");
    const last = page.getByLabel("Last lines before the crash");
    await last.getByText(/Kernel panic - not syncing/).waitFor();
    await last.getByRole("link", { name: "Whole log" }).click();
    await rows()
      .getByText(/Kernel panic - not syncing/)
      .first()
      .waitFor();
  });

  it("saw no error in the browser's console", () => {
    expect(errors).toEqual([]);
  });
});
