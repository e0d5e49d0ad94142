import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PERSON, RunningServer } from "../server/runningServer.ts";
import { openBrowser, watchForErrors } from "./browser.ts";
import { giveNameAndPassword, logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

/* What a press of Enter in the palette does, and what a login does that ended elsewhere. */
describe("the palette", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];

  const dialog = () => page.getByRole("dialog", { name: "Command palette" });
  const type = async (text: string) => {
    await page.keyboard.press("Control+Shift+K");
    await dialog().waitFor();
    await page.keyboard.type(text);
  };
  const first = () => dialog().getByRole("option", { selected: true }).innerText();
  const leave = async () => {
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
  };

  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    const image = await server.demoImage();
    for (const name of ["carols-lab", "shop1", "web1"]) {
      await server.client.createGuest({ body: { name, image, memoryMiB: 64 } });
    }
    await server.client.guestAction({ params: { id: "web1", action: "start" } });
    await server.state("web1", "running");
    browser = await openBrowser();
    page = await browser.newPage();
    errors = watchForErrors(page);
    await logIn(page, server.url);
    await page.goto(`${server.url}/guests/web1`);
    await page.locator("[data-attached=true]").waitFor();
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("offers what begins with what was typed, and nothing by scattered letters", async () => {
    for (const [typed, expected] of [
      ["carol", /^carols-lab/],
      ["web", /^web1/],
      ["new", /^New guest/],
      ["shut", /^Shut down web1/],
      ["set", /^Settings/],
    ] as const) {
      await type(typed);
      await expect.poll(first, { message: typed }).toMatch(expected);
      await leave();
    }
    await type("undo");
    await dialog().getByText("Nothing is called “undo”.").waitFor();
    await page.keyboard.press("Enter");
    await leave();
    expect((await server.client.getGuest({ params: { id: "web1" } })).state).toBe("running");
  });

  it("stops a guest only after it was named and confirmed", async () => {
    await type("shut");
    await page.keyboard.press("Enter");
    const question = page.getByRole("alertdialog", { name: "Shut down web1?" });
    await question.waitFor();
    await page.keyboard.press("Enter");
    await question.waitFor({ state: "detached" });
    expect((await server.client.getGuest({ params: { id: "web1" } })).state).toBe("running");
    await type("shut");
    await page.keyboard.press("Enter");
    await question.getByRole("button", { name: "Shut down" }).click();
    await server.state("web1", "stopped");
  });

  it("offers first what is open and what was opened last", async () => {
    await page.goto(`${server.url}/guests/shop1`);
    await page.waitForFunction(() => document.title.startsWith("shop1"));
    await page.goto(`${server.url}/`);
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
    await type("");
    const guests = dialog().getByRole("group", { name: "Guests" }).getByRole("option");
    expect((await guests.allInnerTexts()).slice(0, 3).map((text) => text.split("\n")[0])).toEqual([
      "shop1",
      "web1",
      "carols-lab",
    ]);
    await leave();
  });

  it("lets somebody whose login ended elsewhere in again, to where they were", async () => {
    await page.goto(`${server.url}/images`);
    await page.getByRole("heading", { name: "Images" }).waitFor();
    await server.client.endSessionsOf({ params: { id: PERSON.name } });
    await server.client.logIn({ body: PERSON });
    await page.waitForURL(({ pathname }) => pathname === "/login");
    await page.getByLabel("Password", { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("to")).toBe("/images");
    // An address that was led there again and again leads on all the same.
    await page.goto(`${server.url}/login?to=${encodeURIComponent("/login?to=/login?to=/images")}`);
    await giveNameAndPassword(page);
    await page.getByRole("heading", { name: "Images" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/images");
  });

  it("had no error in the page", () => {
    expect(errors.filter((error) => !error.includes("401"))).toEqual([]);
  });
});
