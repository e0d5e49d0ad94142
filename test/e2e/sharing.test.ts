import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

/* One console, several people: two browsers that know nothing of each other, and a third without a login. */
describe("a console with many at it", () => {
  let server: RunningServer;
  let browser: Browser;
  let ada: Page;
  let bob: Page;
  const errors: string[][] = [];

  const comeIn = async (): Promise<Page> => {
    const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    errors.push(watchForErrors(page));
    await logIn(page, server.url);
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
    await page.goto(`${server.url}/guests/web1`);
    await page.locator("[data-attached=true]").waitFor();
    return page;
  };
  const type = async (page: Page, text: string) => {
    await typeInTerminal(page, text);
  };
  /** Opens the menu of what whoever manages the guest decides for all. */
  const sharing = async (page: Page, choice: string) => {
    await page.getByRole("button", { name: "Sharing" }).click();
    await page
      .getByRole("menuitemcheckbox", { name: choice })
      .or(page.getByRole("menuitem", { name: choice }))
      .click();
  };

  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    const image = await server.demoImage();
    await server.client.createGuest({ body: { name: "web1", image, memoryMiB: 64, start: true } });
    browser = await openBrowser();
    ada = await comeIn();
    await seeInTerminal(ada, /web1:~#/);
    bob = await comeIn();
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("shows who is here, and bumps the one who types when the other takes control", async () => {
    await bob.getByText(/^Watching ada/).waitFor();
    await type(bob, "nothing");
    await bob.getByText("You are watching. Take control to type.").waitFor();
    await bob.getByRole("button", { name: "2 viewers" }).click();
    const viewers = bob.getByRole("list", { name: "Viewers" });
    expect(await viewers.innerText()).toMatch(/types.*from 127\.0\.0\.1.*came .*\(you\).*watches/s);
    await bob.keyboard.press("Escape");

    await bob.getByRole("button", { name: "Take control" }).click();
    await ada.getByText("ada took control; you are watching.").waitFor();
    await type(bob, "echo by-bob-$((40+2))\n");
    await seeInTerminal(ada, /^by-bob-42/m);
    await ada.getByRole("button", { name: "Take control" }).click();
    await bob.getByRole("button", { name: "Take control" }).waitFor();
  });

  it("lets both type when it is shared, says so to both, and to whoever comes", async () => {
    await sharing(ada, "Type into con0 together");
    await ada.getByText(/^Shared console: you and ada/).waitFor();
    await bob.getByText(/^Shared console: you and ada/).waitFor();
    await type(bob, "echo from-bob");
    await seeInTerminal(ada, /echo from-bob/);
    await type(ada, "-and-ada-$((1+1))\n");
    await seeInTerminal(bob, /^from-bob-and-ada-2/m);
    // The size is that of one window; the other sees it as it is, until it asks for its own.
    await bob.setViewportSize({ width: 900, height: 700 });
    await bob.getByRole("button", { name: "Use my window's size" }).click();
    await ada.getByRole("button", { name: "Use my window's size" }).waitFor();
    const size = await bob.getByText(/^\d+×\d+$/).innerText();
    await ada.getByText(size, { exact: true }).waitFor();
    const [cols, rows] = size.split("×");
    await type(ada, "stty size | tr ' ' x\n");
    await seeInTerminal(bob, new RegExp(`^${rows}x${cols}$`, "m"));
    await bob.reload();
    await bob.getByText(/^Shared console/).waitFor();
  });

  it("warns everybody while what is typed is recorded, and shows it to who manages", async () => {
    await sharing(ada, "Record what is typed");
    await bob.getByText(/What is typed here is recorded/).waitFor();
    await type(bob, "echo kept\n");
    await seeInTerminal(ada, /^kept/m);
    await sharing(ada, "What was typed");
    const dialog = ada.getByRole("dialog");
    await dialog.getByText("echo kept\u23ce").waitFor();
    expect(await dialog.innerText()).toMatch(/ada · con0/);
    await ada.keyboard.press("Escape");
    await sharing(ada, "Record what is typed");
    await bob.getByText(/What is typed here is recorded/).waitFor({ state: "hidden" });
    await sharing(ada, "Type into con0 together");
    await bob.getByText(/^Shared console/).waitFor({ state: "hidden" });
  });

  it("is watched by a link without a login, until the link is taken back", async () => {
    await sharing(ada, "Watch-only links");
    const dialog = ada.getByRole("dialog");
    await dialog.getByLabel("For whom").fill("Eve");
    await dialog.getByRole("button", { name: "Make a link" }).click();
    const url = await dialog.locator("[data-link]").innerText();
    expect(url).toMatch(/\/watch#[\w-]{43}$/);

    const eve = await (await browser.newContext({ viewport: { width: 900, height: 600 } })).newPage();
    errors.push(watchForErrors(eve));
    await eve.goto(url);
    await eve.locator("[data-attached=true]").waitFor();
    await seeInTerminal(eve, /^kept/m);
    await eve.getByText("Watching only").waitFor();
    await type(eve, "x");
    await eve.getByText(/not type into it/).waitFor();
    await ada.getByRole("list", { name: "Links given out" }).getByText("Eve").waitFor();
    await dialog.getByRole("button", { name: "Take back Eve" }).click();
    await eve.getByText("This link has expired or was taken back.").waitFor();
    await eve.reload();
    await eve.getByText("This link does not work any more").waitFor();
    await eve.goto(`${server.url}/guests/web1`);
    await eve.getByRole("heading", { name: /Log in/ }).waitFor();
    await ada.keyboard.press("Escape");
  });

  it("told the audit log who came, took, shared and typed how much, and not what", async () => {
    await bob.close();
    const { items } = await server.client.listEvents({ query: { limit: 200 } });
    const types = items.map(({ type: each }) => each);
    for (const wanted of ["attached", "detached", "taken", "shared", "recording", "link-created", "link-deleted"]) {
      expect(types).toContain(`console.${wanted}`);
    }
    const typed = items.filter((event) => event.type === "console.detached").map(({ data }) => Number(data.typedBytes));
    expect(Math.max(...typed)).toBeGreaterThan(10);
    expect(JSON.stringify(items)).not.toContain("from-bob");
    expect(errors.flat().filter((error) => !/401|410|Failed to load resource/.test(error))).toEqual([]);
  });
});
