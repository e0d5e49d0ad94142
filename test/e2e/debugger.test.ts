import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
import { stepsOfOneStory } from "./steps.ts";

describe("an admin with a debugger", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    server = await RunningServer.start(async () => ({ CORRAL_DEBUGGER: "1" }));
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser));
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("is told what gdb does to the guest, types to it, and sees that the guest is held", async () => {
    await page.getByRole("tab", { name: "Debugger" }).click();
    await page.getByRole("button", { name: "Attach gdb" }).click();
    const question = page.getByRole("alertdialog");
    await question.getByText(/stands still/).waitFor();
    await question.getByRole("button", { name: "Attach gdb" }).click();
    await page.locator("[data-attached=true]").waitFor();
    await seeInTerminal(page, /\(gdb\)/);
    await page.getByText("Held by gdb").waitFor();
    await typeInTerminal(page, "print 6 * 7\n");
    await seeInTerminal(page, /\$1 = 42/);
    const pause = page.getByRole("button", { name: "Pause" });
    await pause.hover();
    await page
      .getByText(/held by a debugger \(gdb of ada\)/)
      .first()
      .waitFor();
  });

  it("leaves the tab, and the guest goes on", async () => {
    await page.getByRole("tab", { name: "con0" }).click();
    await page.locator("[data-attached=true]").waitFor();
    await page.getByText("Held by gdb").waitFor({ state: "detached" });
    await typeInTerminal(page, "echo goes-$((1+1))\n");
    await seeInTerminal(page, /goes-2/);
    expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
  });

  it("follows chosen system calls with strace, and detaches it", async () => {
    await page.getByRole("tab", { name: "Debugger" }).click();
    await page.getByRole("combobox", { name: "Debugger" }).selectOption("strace");
    await page.getByRole("combobox", { name: "System calls" }).selectOption("signal");
    await page.getByRole("button", { name: "Attach strace" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Attach strace" }).click();
    await seeInTerminal(page, /rt_sig\w+\(|SIG\w+/);
    await page.getByRole("button", { name: "Detach" }).click();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Attach gdb" }).waitFor();
    expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
  });
});
