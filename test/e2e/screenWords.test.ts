import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

/* Whatever a guest does or does not do, its console is never blank without a word of why, and the button that helps. */
describe("a console on which nothing moves", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  const open = async (guest: string, console = "con0") => {
    await page.goto(`${server.url}/guests/${guest}?console=${console}`);
    await page.locator("[data-attached=true]").waitFor();
  };
  /** The words above the terminal, which are told to a screen reader too. */
  const card = (title: string) => page.getByRole("status").filter({ hasText: title });

  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    const image = await server.demoImage();
    const create = (name: string, more: object) =>
      server.client.createGuest({ body: { name, image, memoryMiB: 64, restartPolicy: "never", ...more } });
    const consoles = (...channels: object[]) => [{ name: "con0" }, ...channels];
    await create("off1", {});
    // Nothing but a shell on its main console: no login anywhere else.
    await create("bare1", {
      init: "/bin/sh",
      consoles: consoles(
        { name: "con1" },
        { name: "con2", channel: "pts" },
        { name: "ssl0", channel: "null", output: "fd" },
      ),
      start: true,
    });
    // Takes longer to find its disk than this test takes.
    const kernelArguments = ["rootdelay=600"];
    await create("slow1", { kernelArguments, consoles: consoles({ name: "con1" }), start: true });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    errors = watchForErrors(page);
    await logIn(page, server.url);
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("says that the guest is off, and starts it", async () => {
    await open("off1");
    await card("off1 is off").getByText("It was never started.").waitFor();
    await card("off1 is off").getByRole("button", { name: "Start" }).click();
    await seeInTerminal(page, /off1:~#/);
    await card("off1 is off").waitFor({ state: "detached" });
  });

  it("shows the newest line of a boot that is not over", async () => {
    await open("slow1", "con1");
    await card("Booting")
      .getByText(/Waiting 600 ?sec before mounting root/)
      .first()
      .waitFor();
  });

  it("says that a console has no login, or that nothing has it open, or that it takes nothing", async () => {
    await open("bare1", "con1");
    await page.getByText("Running and silent. Press Enter to see whether it answers.").waitFor();
    await page.getByRole("tab", { name: "con2", exact: true }).click();
    await card("con2 is not connected").getByText("No program of the guest has this console open yet.").waitFor();
    await page.getByRole("tab", { name: "ssl0", exact: true }).click();
    await page.getByText("The guest reads this console from null: what is typed here goes nowhere.").waitFor();
  });

  it("says that the guest is paused, and resumes it", async () => {
    await open("off1");
    await page.getByRole("button", { name: "Pause", exact: true }).first().click();
    const paused = card("Its clock stands still. What you type waits until it goes on.");
    await paused.getByRole("button", { name: "Resume" }).click();
    await paused.waitFor({ state: "detached" });
  });

  it("says that the connection is lost, when it is tried again, and tries at once when asked", async () => {
    await server.kill("SIGKILL");
    await card("The connection is lost")
      .getByText(/Trying again in \d+ s\./)
      .waitFor();
    await page.getByRole("button", { name: "Now", exact: true }).waitFor();
    await server.restart("SIGKILL");
    await page.locator("[data-attached=true]").waitFor();
    await card("The connection is lost").waitFor({ state: "detached" });
  });

  it("says that the guest crashed, why, and starts it again", async () => {
    await open("bare1");
    await typeInTerminal(page, "exit\n");
    await card("bare1 crashed").getByText(/init/).first().waitFor();
    await card("bare1 crashed").getByRole("button", { name: "Start again" }).click();
    await server.state("bare1", "running");
    await card("bare1 crashed").waitFor({ state: "detached" });
    expect(
      errors.filter((error) => !/WebSocket|ERR_CONNECTION_REFUSED|Failed to (fetch|load resource)/.test(error)),
    ).toEqual([]);
  });
});
