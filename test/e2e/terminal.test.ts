import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { enterInTerminal, openBrowser, seeInTerminal, typeInTerminal } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
import { stepsOfOneStory } from "./steps.ts";

/** Only reached by a failure. */
const POLL = { timeout: 20_000 };

/* What makes a terminal in a page comfortable: letters, colours, clipboard, links, search, the whole screen. */
describe("the terminal in the page", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  const type = (line: string) => enterInTerminal(page, line);
  const choose = async (item: string, role: "menuitem" | "menuitemcheckbox" | "menuitemradio" = "menuitem") => {
    await page.getByRole("button", { name: "Console options" }).click();
    await page.getByRole(role, { name: item, exact: true }).click();
    await page.keyboard.press("Escape");
  };
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  /** The row of the terminal that reads exactly so. */
  const row = (text: string) =>
    page
      .locator(".xterm-rows > div")
      .filter({ hasText: new RegExp(`^${text}\\s*$`) })
      .first();

  beforeAll(async () => {
    server = await RunningServer.start();
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser));
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("copies what is selected, unless that is not wanted; and what a program copies", async () => {
    await type("clear; echo word$((40+2))");
    await seeInTerminal(page, /^word42/m);
    await row("word42").dblclick({ position: { x: 10, y: 8 }, force: true });
    await expect.poll(clipboard, POLL).toBe("word42");
    await choose("Copy what is selected", "menuitemcheckbox");
    await page.evaluate(() => navigator.clipboard.writeText("mine"));
    await row("word42").dblclick({ position: { x: 10, y: 8 }, force: true });
    expect(await clipboard()).toBe("mine");
    await page.locator(".xterm-helper-textarea").focus();
    await page.keyboard.press("Control+Shift+C");
    await expect.poll(clipboard, POLL).toBe("word42");
    await choose("Copy what is selected", "menuitemcheckbox");
    await type("printf '\\033]52;c;'$(printf from-the-guest | base64)'\\007'");
    await expect.poll(clipboard, POLL).toBe("from-the-guest");
  });

  it("draws letters of one, two and many code points in the cells that they take", async () => {
    // A family of three, a flag, a letter with an accent of its own, two wide letters: each followed by a bar.
    await type("clear; printf '👩‍👩‍👧|🇩🇪|é|漢字|\\n12|34|5|6789|\\n'");
    await seeInTerminal(page, /^👩‍👩‍👧\|🇩🇪\|é\|漢字\|$/m);
    const bars = (text: string) =>
      row(text).evaluate((element) => {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        const lefts: number[] = [];
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const value = node.nodeValue ?? "";
          for (let at = value.indexOf("|"); at !== -1; at = value.indexOf("|", at + 1)) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            lefts.push(Math.round(range.getBoundingClientRect().left));
          }
        }
        return lefts;
      });
    const [above, below] = [await bars("👩‍👩‍👧\\|🇩🇪\\|é\\|漢字\\|"), await bars("12\\|34\\|5\\|6789\\|")];
    expect(above).toHaveLength(4);
    for (const [index, left] of above.entries()) expect(Math.abs(left - (below[index] ?? 0))).toBeLessThanOrEqual(1);
  });

  it("opens a link of the guest's in a tab that knows nothing of this one, and only when asked to", async () => {
    await type(`clear; echo ${server.url}/api/v1/health; echo link-$((40+2))`);
    // Nothing more is printed: a link that scrolls is another.
    await seeInTerminal(page, /^link-42\nroot@web1:~#/m);
    const box = await row(`${server.url}/api/v1/health`).boundingBox();
    const click = async () => {
      // From another line: what is on the one below the pointer, xterm looks up when the pointer comes to it.
      await page.mouse.move((box?.x ?? 0) + 70, (box?.y ?? 0) + 200);
      await page.mouse.move((box?.x ?? 0) + 70, (box?.y ?? 0) + 8);
      await page.locator(".xterm-cursor-pointer").waitFor();
      await page.mouse.down();
      await page.mouse.up();
    };
    await click();
    expect(page.context().pages()).toHaveLength(1);
    const opened = page.context().waitForEvent("page");
    await page.keyboard.down("Control");
    await click();
    await page.keyboard.up("Control");
    const tab = await opened;
    await tab.waitForURL(/health/);
    expect(await tab.evaluate(() => [window.opener, document.referrer])).toEqual([null, ""]);
    await tab.close();
  });

  it("finds text in what it shows", async () => {
    await type("clear; for i in 1 2 3; do echo needle-$i; done; echo done-$((40+2))");
    await seeInTerminal(page, /^done-42/m);
    await page.locator(".xterm-helper-textarea").focus();
    await page.keyboard.press("Control+Shift+F");
    const find = page.getByLabel("Find in the console");
    await find.fill("needle-");
    await page
      .getByRole("status")
      .filter({ hasText: /^3 of [34]$|^4 of 4$/ })
      .waitFor();
    await page.keyboard.press("Enter");
    await page
      .getByRole("status")
      .filter({ hasText: /^2 of [34]$|^3 of 4$/ })
      .waitFor();
    await find.fill("haystack");
    await page.getByRole("status").filter({ hasText: "none" }).waitFor();
    await page.keyboard.press("Escape");
    await find.waitFor({ state: "detached" });
  });

  it("has larger letters, other colours, and words for a screen reader; and they stay", async () => {
    const size = () => page.getByText(/^\d+×\d+$/).innerText();
    const before = await size();
    await choose("Larger letters");
    await choose("Larger letters");
    await expect.poll(size, POLL).not.toBe(before);
    await choose("Amber", "menuitemradio");
    const background = () =>
      page
        .locator("section[aria-label='Console con0']")
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    const amber = await background();
    await choose("Screen reader", "menuitemcheckbox");
    // Key by key: text that is put in as a whole xterm leaves to the screen reader then.
    await typeInTerminal(page, "clear; echo read-me-$((40+2))\n");
    const read = () => page.evaluate(() => document.querySelector(".xterm-accessibility")?.textContent);
    await expect.poll(read, POLL).toContain("read-me-42");
    const larger = await size();
    await page.reload();
    await page.locator("[data-attached=true]").waitFor();
    await seeInTerminal(page, /read-me-42/);
    expect(await background()).toBe(amber);
    expect(await size()).toBe(larger);
    await page.locator(".xterm-accessibility").waitFor({ state: "attached" });
    await choose("Screen reader", "menuitemcheckbox");
  });

  it("takes the whole page, and gives it back", async () => {
    const left = async () => (await page.getByRole("region", { name: "Console con0" }).boundingBox())?.x;
    const before = await left();
    expect(before).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Full screen" }).click();
    await expect.poll(left, POLL).toBe(0);
    await type("clear; echo alone-$((40+2))");
    await seeInTerminal(page, /^alone-42/m);
    await page.getByRole("button", { name: "Leave full screen" }).click();
    await expect.poll(left, POLL).toBe(before);
    expect(errors).toEqual([]);
  });
});
