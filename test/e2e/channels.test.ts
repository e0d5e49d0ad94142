import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
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
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser, { consoles: CONSOLES }));
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
      await typeInTerminal(page, "tty\n");
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
