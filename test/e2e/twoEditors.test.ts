import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

/* One person edits a definition in the page while another one changes the same guest. */
describe("a definition with two at it", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];

  const definition = async () => (await server.client.getGuest({ params: { id: "web1" } })).definition;
  const change = (body: object) => server.client.changeGuest({ params: { id: "web1" }, body });
  const field = (name: string) => page.getByRole("textbox", { name, exact: true });

  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    const image = await server.demoImage();
    await server.client.createGuest({ body: { name: "web1", image, memoryMiB: 64 } });
    browser = await openBrowser();
    page = await browser.newPage();
    errors = watchForErrors(page);
    await logIn(page, server.url);
    await page.goto(`${server.url}/guests/web1?tab=definition`);
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("follows what others change, and keeps what was typed", async () => {
    await field("Description").fill("typed here");
    await change({ memoryMiB: 96 });
    await page.waitForFunction(() => [...document.querySelectorAll("input")].some(({ value }) => value === "96"));
    expect(await field("Description").inputValue()).toBe("typed here");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Nothing changed").waitFor();
    expect(await definition()).toMatchObject({ description: "typed here", memoryMiB: 96 });
  });

  it("says where both changed the same, and goes on with either", async () => {
    await field("Description").fill("mine");
    await change({ description: "theirs" });
    await page.getByText("Somebody else changed description too").waitFor();
    expect(await field("Description").inputValue()).toBe("mine");
    await page.getByRole("button", { name: "Take theirs" }).click();
    expect(await field("Description").inputValue()).toBe("theirs");
    await field("Description").fill("mine again");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Nothing changed").waitFor();
    expect(await definition()).toMatchObject({ description: "mine again" });
  });

  it("is refused with who changed what where the page did not hear of it, and saves on top when asked again", async () => {
    const others = "**/api/v1/guests/*";
    await page.route(others, async (route) => {
      if (route.request().method() !== "PATCH") return route.fallback();
      // Between the click and the request.
      await change({ tags: ["late"] });
      await route.continue();
      return page.unroute(others);
    });
    await field("Description").fill("last");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/web1 was changed since you looked at it: ada changed tags\./).waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Nothing changed").waitFor();
    expect(await definition()).toMatchObject({ description: "last", tags: ["late"] });
  });

  it("had no error in the page", () => {
    expect(errors.filter((error) => !error.includes("412"))).toEqual([]);
  });
});
