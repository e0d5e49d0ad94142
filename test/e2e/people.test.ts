import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, PERSON, RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

const USER = { name: "bob", password: "bob's own password" };

/* An admin lets somebody in, and that person serves themself: one browser for each, on one server. */
describe("a person with guests of their own", () => {
  let server: RunningServer;
  let browser: Browser;
  let admin: Page;
  let page: Page;
  let errors: string[];
  const contexts: BrowserContext[] = [];
  const newPage = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    contexts.push(context);
    return context.newPage();
  };
  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    await server.demoImage();
    browser = await openBrowser();
    admin = await newPage();
    page = await newPage();
    errors = watchForErrors(page);
    await logIn(admin, server.url);
    await admin.getByText("No guests yet").waitFor();
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("is let in by a link, with a quota and a template", async () => {
    await admin.goto(`${server.url}/people`);
    await admin.getByRole("button", { name: "New template" }).click();
    const template = admin.getByRole("dialog");
    await template.getByLabel("Name", { exact: true }).fill("demo");
    await template.getByLabel("Image").selectOption({ index: 1 });
    await template.getByLabel("Sizes").fill("small:64 medium:96");
    await template.getByRole("button", { name: "Save" }).click();
    await admin.getByText("small 64 MiB").waitFor();

    await admin.getByRole("button", { name: "New user" }).click();
    await admin.getByRole("dialog").getByLabel("Name", { exact: true }).fill(USER.name);
    await admin.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    const link = (await admin.getByRole("dialog").locator("code").textContent()) ?? "";
    await admin.getByRole("button", { name: "Done" }).click();
    await admin.getByRole("button", { name: "Actions for bob" }).click();
    await admin.getByRole("menuitem", { name: "Change…" }).click();
    await admin.getByRole("dialog").getByLabel("Guests", { exact: true }).fill("1");
    await admin.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await admin.getByRole("dialog").waitFor({ state: "detached" });

    await page.goto(link);
    await page.getByLabel("Password", { exact: true }).fill(USER.password);
    await page.getByLabel("The same again").fill(USER.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "My guests" }).waitFor();
    await page.getByText("0 of 1").waitFor();
  });

  it("makes a guest with a name and a size, and has a shell", async () => {
    await page.getByRole("button", { name: "New guest" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("web1");
    await dialog.getByLabel("Size").selectOption("medium");
    await dialog.getByRole("button", { name: "Create and start" }).click();
    await seeInTerminal(page, /web1:~#/);
  });

  it("is told of the quota before a second one is made", async () => {
    await page.goto(server.url);
    await page.getByText("1 of 1").waitFor();
    await page.getByRole("button", { name: "New guest" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("web2");
    await dialog.getByRole("button", { name: "Create and start" }).click();
    await dialog.getByText("The quota is 1 guests").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
  });

  it("shares it with somebody, who then sees it", async () => {
    await page.getByRole("button", { name: "More for web1" }).click();
    await page.getByRole("menuitem", { name: "Share…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill(PERSON.name);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("bob shared web1 with user ada to use").waitFor();
  });

  it("shuts it down, deletes it, and undoes that", async () => {
    const card = page.getByRole("listitem", { name: "web1" });
    await card.getByRole("button", { name: "Shut down" }).click();
    await card.getByText("Stopped").waitFor();
    await card.getByRole("button", { name: "More for web1" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await card.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Bring back web1" }).click();
    await card.waitFor();
  });

  it("is seen by the admin as they see it", async () => {
    await admin.goto(`${server.url}/seen-by/bob`);
    await admin.getByRole("heading", { name: "As bob sees it" }).waitFor();
    const card = admin.getByRole("listitem", { name: "web1" });
    await card.waitFor();
    await admin.getByText("You see what bob sees").waitFor();
    await admin.getByText("bob created web1").waitFor();
    expect(await card.getByRole("button").count()).toBe(0);
    await page.getByText(`${PERSON.name} looked at what bob sees`).waitFor();
  });

  it("is told how to come by ssh, once an admin has opened the door", async () => {
    await admin.goto(`${server.url}/settings`);
    const section = admin.locator("section", { has: admin.getByRole("heading", { name: "ssh door" }) });
    await section.getByText("It is shut").waitFor();
    await section.getByRole("button", { name: "Open it" }).click();
    const port = await freePort();
    await admin.getByRole("dialog").getByLabel("Port").fill(String(port));
    await admin.getByRole("dialog").getByRole("button", { name: "Open it" }).click();
    await section.getByText(`ssh -p ${port} ada@127.0.0.1 help`).waitFor();
    await section.getByText(/SHA256:/).waitFor();
    await page.goto(`${server.url}/account`);
    await page.getByText(`ssh -p ${port} bob@127.0.0.1`).waitFor();

    await section.getByRole("button", { name: "Shut it" }).click();
    await admin.getByRole("alertdialog").getByRole("button", { name: "Shut it" }).click();
    await section.getByText("It is shut").waitFor();
  });
});
