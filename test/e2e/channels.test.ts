import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

const CONSOLES = [
  { name: "con0", channel: "fd" },
  { name: "con1", channel: "pts" },
  { name: "ssl0", channel: "port:9000" },
  { name: "ssl1", channel: "fd" },
];

describe("a guest of two consoles and two serial lines", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    await server.demoImage();
    await server.client.createGuest({
      body: { name: "web1", image: "demo", memoryMiB: 64, consoles: CONSOLES, start: true },
    });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    errors = watchForErrors(page);
    await logIn(page, server.url);
    await page.getByRole("link", { name: "web1" }).first().click();
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("shows each in a tab of its own, with a shell that can be typed to", async () => {
    for (const { name } of CONSOLES) {
      await page.getByRole("tab", { name, exact: true }).click();
      await page.locator("[data-attached=true]").waitFor();
      await seeInTerminal(page, /web1:~#/);
      await page.locator(".xterm-helper-textarea").focus();
      await page.keyboard.type("tty\n");
      await seeInTerminal(page, new RegExp(`/dev/${name.replace("con", "tty").replace("ssl", "ttyS")}`));
    }
  });

  it("keeps a log of each", async () => {
    for (const { name } of CONSOLES) {
      const path = `/api/v1/guests/web1/consoles/${name}/log/download?format=text`;
      const log = await (await fetch(`${server.url}${path}`, { headers: server.headers })).text();
      const told = log.match(/^\/dev\/ttyS?\d$/gm);
      expect(told).toEqual([`/dev/${name.replace("con", "tty").replace("ssl", "ttyS")}`]);
    }
  });

  it("says why a console cannot be changed while a shell has it open", async () => {
    await page.getByRole("tab", { name: "Definition" }).click();
    await page.getByRole("button", { name: "Change con1 now" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Channel", { exact: true }).selectOption("null");
    await dialog.getByRole("button", { name: "Change now" }).click();
    await dialog.getByText(/has it open/).waitFor();
    await page.keyboard.press("Escape");
    expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
  });
});
