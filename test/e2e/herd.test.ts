import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PERSON, RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

const GUESTS = 100;

/** What a person sees of an element: a hash of its picture, and how much of it is red. */
const look = async (page: Page, selector: string): Promise<{ picture: string; red: number }> => {
  const png = await page.locator(selector).screenshot({ animations: "disabled" });
  const red = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [r = 0, g = 0, b = 0] = [data[at], data[at + 1], data[at + 2]];
      if (r > 140 && g < 90 && b < 90) count++;
    }
    return count / (data.length / 4);
  }, png.toString("base64"));
  return { picture: png.toString("base64"), red };
};

/* A hundred guests: one runs, one has crashed, the others are off and show what they printed when they were on. */
describe("the herd", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  const ids = new Map<string, string>();
  const sockets: string[] = [];
  let frames = 0;
  const thumbnail = (name: string) => `[data-thumbnail="${ids.get(name)}"]`;

  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    const image = await server.demoImage();
    const create = async (name: string, more: object = {}) =>
      ids.set(name, (await server.client.createGuest({ body: { name, image, memoryMiB: 64, ...more } })).id);
    for (let index = 2; index < GUESTS; index += 1) await create(`off${index}`);
    await create("bad", { init: "/no/such/init", restartPolicy: "never" });
    await create("live");
    await server.kill("SIGTERM");
    for (const [name, id] of ids) {
      if (!name.startsWith("off")) continue;
      const printed = `\u001b[1m${name}\u001b[0m was here\r\n`.repeat(20);
      writeFileSync(join(server.home, "guests", id, "consoles/con0/0000000000000000.log"), printed);
    }
    await server.restart("SIGTERM");
    await server.client.logIn({ body: PERSON });
    for (const name of ["live", "bad"]) await server.client.guestAction({ params: { id: name, action: "start" } });
    await server.state("live", "running");
    await server.state("bad", "crashed");

    browser = await openBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    errors = watchForErrors(page);
    page.on("websocket", (socket) => {
      sockets.push(new URL(socket.url()).pathname);
      if (socket.url().endsWith("/herd")) socket.on("framereceived", () => frames++);
    });
    await logIn(page, server.url);
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("draws what is in view over one socket, and the rest when it comes into view", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.getByRole("heading", { name: "Herd" }).waitFor();
    await page.locator(`${thumbnail("live")}[data-drawn]`).waitFor();
    const tiles = page.getByRole("list", { name: "Consoles" }).getByRole("listitem");
    expect(await tiles.count()).toBe(GUESTS);
    expect(await page.locator(`${thumbnail("off99")}[data-drawn]`).count()).toBe(0);
    await page.locator(thumbnail("off99")).scrollIntoViewIfNeeded();
    await page.locator(`${thumbnail("off99")}[data-drawn]`).waitFor();
    expect(sockets.filter((path) => path.endsWith("/herd"))).toHaveLength(1);
    await page.locator(thumbnail("live")).scrollIntoViewIfNeeded();
  });

  it("puts a crashed guest first, in red, with its reason", async () => {
    const first = page.getByRole("list", { name: "Consoles" }).getByRole("listitem").first();
    expect(await first.getByRole("link").getAttribute("aria-label")).toBe("bad, Crashed");
    expect(await first.innerText()).toMatch(/init|panic/i);
    expect((await look(page, "li:has([data-state=crashed])")).red).toBeGreaterThan(0.05);
    expect((await look(page, "li:has([data-state=stopped]) >> nth=0")).red).toBe(0);
  });

  it("shows what changes within moments, and sends nothing where nothing does", async () => {
    const [live, off] = [await look(page, thumbnail("live")), await look(page, thumbnail("off2"))];
    const window = await page.context().newPage();
    await window.goto(`${server.url}/guests/live`);
    await seeInTerminal(window, /live:~#/);
    await typeInTerminal(window, "clear; for i in 1 2 3 4 5 6 7 8; do printf '\\033[41m%80s\\033[0m\\n' ' '; done\n");
    await expect.poll(async () => (await look(page, thumbnail("live"))).red, { timeout: 30_000 }).toBeGreaterThan(0.05);
    expect((await look(page, thumbnail("live"))).picture).not.toBe(live.picture);
    expect((await look(page, thumbnail("off2"))).picture).toBe(off.picture);
    await window.close();
    const before = frames;
    await page.waitForTimeout(2_500);
    expect(frames - before).toBeLessThanOrEqual(1);
  });

  it("is filtered, sorted, walked with the keyboard, and leads to the console", async () => {
    const shown = () =>
      page
        .getByRole("list", { name: "Consoles" })
        .getByRole("link")
        .evaluateAll((links) => links.map((link) => link.getAttribute("aria-label")));
    await page.getByLabel("Filter guests").fill("-state:stopped");
    await expect.poll(shown).toEqual(["bad, Crashed", "live, Running"]);
    await page.getByLabel("Sort by").selectOption("Name");
    await page.getByLabel("Filter guests").fill("name:live,off2");
    await expect.poll(async () => (await shown())[0]).toBe("live, Running");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("off2, Stopped");
    await page.getByRole("link", { name: "live, Running" }).click();
    await page.locator("[data-attached=true]").waitFor();
    await seeInTerminal(page, /live:~#/);
    expect(errors).toEqual([]);
  });
});
