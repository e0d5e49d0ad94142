import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, PERSON, RunningServer, until } from "../server/runningServer.ts";
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

  const card = () => page.getByRole("listitem", { name: "web1" });
  /** What is only possible while the guest is off. */
  const fromMenu = async (label: string): Promise<void> => {
    await server.state("web1", "stopped");
    await card().getByText("Stopped").waitFor();
    await page.getByRole("button", { name: "More for web1" }).click();
    await page.getByRole("menuitem", { name: label }).click();
  };
  /** By the admin, as soon as the guest can be told to. */
  const inGuest = async (...command: string[]) => {
    await until(
      async () => (await server.client.getGuest({ params: { id: "web1" } })).link === "up",
      "web1 to have its guest link",
    );
    return server.client.execInGuest({ params: { id: "web1" }, body: { command } });
  };

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
    await card().getByText("bob shared web1 with user ada to use").waitFor();
    await page.getByText("bob shared web1 with user ada to use", { exact: true }).waitFor();
  });

  it("sees on its card how it is, where it is reached, and what happened", async () => {
    // A guest without a network has nothing but its loopback, which can have an address that is none.
    await inGuest("ip", "addr", "add", "10.9.8.7/32", "dev", "lo");
    await card().getByText("10.9.8.7").waitFor();
    await card()
      .getByText(/\d+\.\d\d/)
      .waitFor();
    await card()
      .getByText(/ of 96 MiB/)
      .waitFor();
    await card().getByText(`${PERSON.name} ran ip addr add 10.9.8.7/32`).waitFor();
    await card().locator("canvas[data-drawn]").waitFor();
    const drawn = await card()
      .locator("canvas")
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
        return new Set(data).size;
      });
    expect(drawn).toBeGreaterThan(3);
  });

  it("shuts it down, deletes it, undoes that, and nothing on its disk is lost", async () => {
    await inGuest("sh", "-c", "echo kept >/root/kept; sync");
    await card().getByRole("button", { name: "Shut down" }).click();
    await fromMenu("Delete");
    await card().waitFor({ state: "detached" });
    expect(await server.client.getGuest({ params: { id: "web1" } }).catch(({ code }) => code)).toBe("not_found");
    await page.getByRole("button", { name: "Bring back web1" }).click();
    await card().getByRole("button", { name: "Start", exact: true }).click();
    expect(await inGuest("cat", "/root/kept")).toMatchObject({ exitCode: 0, stdout: "kept\n" });
  });

  it("resets it, and what was written to its disk is gone", async () => {
    await card().getByRole("button", { name: "Shut down" }).click();
    await fromMenu("Reset to the image…");
    await page.getByRole("alertdialog").getByRole("button", { name: "Reset" }).click();
    await page.getByText("web1 is as its image again.").waitFor();
    await card().getByRole("button", { name: "Start", exact: true }).click();
    expect(await inGuest("cat", "/root/kept")).toMatchObject({ exitCode: 1, stdout: "" });
    expect(await inGuest("cat", "/etc/inittab")).toMatchObject({ exitCode: 0 });
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
