import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PERSON, RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, terminalText, typeInTerminal, watchForErrors } from "./browser.ts";
import { stepsOfOneStory } from "./steps.ts";

/* What the README promises a newcomer, step by step, in one browser. */
describe("a newcomer", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    server = await RunningServer.start();
    browser = await openBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    errors = watchForErrors(page);
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("opens the printed link, chooses a name and a password, and is logged in", async () => {
    await page.goto(server.link);
    await page.getByLabel("Name").fill(PERSON.name);
    await page.getByLabel("Password", { exact: true }).fill(PERSON.password);
    await page.getByLabel(/again|repeat/i).fill(PERSON.password);
    await page.keyboard.press("Enter");
    await page.getByText("No guests yet").waitFor();
    expect(page.url()).not.toContain("#");
  });

  it("cannot use the link a second time", async () => {
    const again = await browser.newPage();
    await again.goto(server.link);
    await again
      .getByText(/used|expired/i)
      .first()
      .waitFor();
    await again.close();
  });

  it("makes a guest and has a shell in its kernel", async () => {
    await server.client.logIn({ body: PERSON });
    await server.demoImage();
    await page.getByRole("button", { name: "New guest" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("web1");
    await dialog.getByRole("button", { name: "Create and start" }).click();
    await seeInTerminal(page, /web1:~#/);
    await page.keyboard.type("uname -a\n");
    expect(await seeInTerminal(page, /Linux web1 6\.\S+ .*x86_64/)).toContain("uname -a");
    await page.getByText("running", { exact: false }).first().waitFor();
  });

  it("reloads and still sees it, typed nothing by itself, and goes on", async () => {
    await page.reload();
    const shown = await seeInTerminal(page, /Linux web1 6\./);
    expect(shown.trimEnd()).toMatch(/web1:~#$/);
    await page.keyboard.type("echo still-$((40+2))\n");
    await seeInTerminal(page, /still-42/);
  });

  it("resizes the window, and the guest agrees", async () => {
    await page.setViewportSize({ width: 1000, height: 620 });
    await page.waitForTimeout(500);
    await page.keyboard.type("clear; stty size\n");
    const shown = await seeInTerminal(page, /^\d+ \d+$/m);
    const [rows, cols] = (/^(\d+) (\d+)$/m.exec(shown) ?? []).slice(1).map(Number);
    const rowsShown = await page.locator(".xterm-rows > div").count();
    expect(rows).toBe(rowsShown);
    expect(cols).toBeGreaterThan(60);
    expect(cols).toBeLessThan(160);
  });

  it("types text that is not ASCII, and gets it back", async () => {
    // Through cat, since the line editor of busybox knows no Japanese.
    await page.keyboard.type("clear; echo cat-is-$((1+1)); cat\n");
    await seeInTerminal(page, /cat-is-2/);
    await page.keyboard.insertText("grüße 日本 ✓");
    await page.keyboard.press("Enter");
    await seeInTerminal(page, /^grüße 日本 ✓\n+grüße 日本 ✓/m);
    await page.keyboard.press("Control+d");
  });

  it("keeps its console when the server is killed and comes back", async () => {
    await page.keyboard.type("echo before-the-kill\n");
    await seeInTerminal(page, /^before-the-kill/m);
    await server.kill("SIGKILL");
    await page.getByText("The connection is lost").waitFor();
    await typeInTerminal(page, "x");
    await page.getByText(/what you type now is not sent/).waitFor();
    await server.restart("SIGKILL");
    await page.locator("[data-attached=true]").waitFor();
    await typeInTerminal(page, "echo after-$((1+1))\n");
    expect(await seeInTerminal(page, /^after-2/m)).toContain("before-the-kill");
  });

  it("sees a second window watch, and takes control there", async () => {
    const second = await page.context().newPage();
    await second.goto(page.url());
    await seeInTerminal(second, /after-2/);
    await second.getByRole("button", { name: /take control/i }).click();
    await typeInTerminal(second, "echo from-the-second\n");
    await seeInTerminal(page, /^from-the-second/m);
    await second.close();
  });

  it("pauses, resumes and shuts it down; each button says why when it may not be pressed", async () => {
    const button = (name: string) => page.getByRole("button", { name, exact: true }).first();
    await button("Pause").click();
    await button("Resume").and(page.locator(":not([aria-disabled=true])")).waitFor();
    await page.mouse.move(5, 400);
    await button("Pause").hover({ force: true });
    await page
      .getByText(/Pause is not possible: the guest is paused/)
      .first()
      .waitFor();
    await button("Resume").click();
    await server.state("web1", "running");
    await button("Shut down").click();
    await server.state("web1", "stopped");
    await button("Start").and(page.locator(":not([aria-disabled=true])")).waitFor();
    expect(await terminalText(page)).toMatch(/web1|power|halt/i);
  });

  it("deletes it, has it back with one press, and deletes it for good by its name", async () => {
    await page.getByRole("button", { name: "Delete", exact: true }).first().click();
    await page.getByText("No guests yet").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    const row = page.getByRole("row").filter({ hasText: "web1" });
    await row.waitFor();

    await page.getByRole("link", { name: "web1" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).first().click();
    await page.getByRole("button", { name: "Deleted (1)" }).click();
    await page.getByRole("button", { name: "Delete for good: web1" }).click();
    const sure = page.getByRole("dialog", { name: "Delete web1 for good?" });
    await sure.getByLabel("Type web1 to confirm").fill("web2");
    await sure.getByRole("button", { name: "Delete for good" }).click();
    await sure.getByText("must be web1").waitFor();
    await sure.getByLabel("Type web1 to confirm").fill("web1");
    await sure.getByRole("button", { name: "Delete for good" }).click();
    await page.getByRole("button", { name: "Deleted (1)" }).waitFor({ state: "detached" });
  });

  it("saw no error in the browser's console, but for the server's own absence", () => {
    expect(
      errors.filter((error) => !/WebSocket|ERR_CONNECTION_REFUSED|Failed to (fetch|load resource)/.test(error)),
    ).toEqual([]);
  });
});
