import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { openBrowser, seeInTerminal, typeInTerminal, watchForErrors } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

/* Many consoles side by side, and what a terminal in a page has beyond the keys of a keyboard. */
describe("consoles in the page", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  const pane = (name: string) => page.getByRole("region", { name, exact: true });
  /** What one pane of several shows. */
  const seeIn = async (name: string, pattern: RegExp) => {
    const rows = pane(name).locator(".xterm-rows > div");
    const text = async () => (await rows.allTextContents()).map((row) => row.trimEnd()).join("\n");
    await expect.poll(text, { timeout: 40_000 }).toMatch(pattern);
  };
  const focus = () => page.locator(".xterm-helper-textarea").first().focus();
  /** Pastes as Ctrl-V does. */
  const paste = async (text: string) => {
    await focus();
    await page.evaluate((pasted) => {
      const data = new DataTransfer();
      data.setData("text/plain", pasted);
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      document.querySelector(".xterm-helper-textarea")?.dispatchEvent(event);
    }, text);
  };

  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    const image = await server.demoImage();
    for (const name of ["web1", "web2"]) {
      await server.client.createGuest({ body: { name, image, memoryMiB: 64, start: true } });
    }
    for (const name of ["web1", "web2"]) await server.state(name, "running");
    browser = await openBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    errors = watchForErrors(page);
    await logIn(page, server.url);
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("stand side by side, and the address keeps which ones", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.getByText("No console is open here").waitFor();
    await page.getByLabel("Add a console").selectOption("web1:con0");
    await page.getByLabel("Add a console").selectOption("web2:con0");
    await seeIn("web1 con0", /web1:~#/);
    await seeIn("web2 con0", /web2:~#/);
    const boxes = await Promise.all(["web1 con0", "web2 con0"].map((name) => pane(name).boundingBox()));
    expect(boxes[0]?.y).toBe(boxes[1]?.y);
    expect(boxes[1]?.x).toBeGreaterThan(boxes[0]?.x ?? 0);
    await page.getByLabel("Columns").selectOption("1 column");
    await expect.poll(async () => (await pane("web2 con0").boundingBox())?.x).toBe(boxes[0]?.x);
    expect(new URL(page.url()).search).toContain("columns=1");
    await page.reload();
    await seeIn("web1 con0", /web1:~#/);
    await seeIn("web2 con0", /web2:~#/);
  });

  it("are typed into together, unmistakably, and alone again", async () => {
    await page.getByRole("button", { name: "Type into all" }).click();
    await page.getByText("What you type goes to 2 consoles").waitFor();
    expect(await page.getByRole("button", { name: "Typing together" }).count()).toBe(2);
    await pane("web1 con0").locator("[data-attached=true]").waitFor();
    await pane("web2 con0").locator("[data-attached=true]").waitFor();
    await typeInTerminal(page, "echo together-on-$(hostname)\n", pane("web1 con0"));
    await seeIn("web1 con0", /^together-on-web1/m);
    await seeIn("web2 con0", /^together-on-web2/m);
    await page.getByRole("button", { name: "Type alone again" }).click();
    await typeInTerminal(page, "echo alone-$((40+2))\n", pane("web2 con0"));
    await seeIn("web2 con0", /^alone-42/m);
    expect((await pane("web1 con0").locator(".xterm-rows").innerText()).includes("alone")).toBe(false);
    await page.getByRole("button", { name: "Close web2 con0" }).click();
    await pane("web2 con0").waitFor({ state: "detached" });
  });

  it("take a text of many lines from the send box, line by line", async () => {
    await page.getByRole("button", { name: "Console options" }).click();
    await page.getByRole("menuitem", { name: "Send box" }).click();
    const box = page.getByRole("region", { name: "Send box" });
    await box.getByLabel("Text to send").fill("clear\nfor i in 1 2 3; do\n  echo line-$i-$((i*i))\ndone");
    await page.keyboard.press("Control+Enter");
    await box.getByText("All of it was sent.").waitFor();
    await seeInTerminal(page, /line-1-1\nline-2-4\nline-3-9/);
    await page.keyboard.press("Escape");
    await box.waitFor({ state: "detached" });
  });

  it("are sent keys that the browser keeps to itself", async () => {
    const send = async (keys: string) => {
      await page.getByRole("button", { name: "Send keys" }).click();
      await page.getByRole("menuitem", { name: keys, exact: true }).click();
    };
    await focus();
    await page.keyboard.type("clear; echo one two");
    await seeInTerminal(page, /echo one two$/m);
    // The shell's line editor takes the word before the cursor away.
    await send("Ctrl+W");
    await seeInTerminal(page, /echo one $|echo one$/m);
    await send("Ctrl+C");
    await focus();
    await page.keyboard.type("clear; cat -v\n");
    await send("Ctrl+Alt+Del");
    await send("F5");
    await seeInTerminal(page, /\^\[\[3;7~\^\[\[15~/);
    await send("Ctrl+C");
    await seeInTerminal(page, /web1:~# $|web1:~#$/m);
  });

  it("are pasted into in pieces after a look, and what arrives is what was pasted", async () => {
    await focus();
    await page.keyboard.type("clear; cat > /tmp/pasted\n");
    const text = Array.from({ length: 40 }, (_, line) => `${line} ${"abcdefghi ".repeat(9)}`).join("\n");
    await paste(`${text}\n`);
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("heading", { name: "Paste 40 lines?" }).waitFor();
    await dialog.getByRole("button", { name: "Paste" }).click();
    await page.getByRole("region", { name: "Paste" }).getByRole("progressbar").waitFor();
    await page.getByRole("region", { name: "Paste" }).waitFor({ state: "detached" });
    await page.keyboard.press("Control+d");
    await page.keyboard.type("clear; wc /tmp/pasted\n");
    await seeInTerminal(page, new RegExp(`40\\s+400\\s+${text.length + 1} /tmp/pasted`));
  });

  it("warn where nothing is echoed, and stop a paste where a person says so", async () => {
    await focus();
    await page.keyboard.type("stty -echo; echo no''thing; cat > /tmp/secret; stty echo\n");
    await seeInTerminal(page, /^nothing/m);
    // One long line: nothing to look at first, but more than a tty takes at once.
    await paste("y".repeat(1_000));
    const progress = page.getByRole("region", { name: "Paste" });
    await progress.getByText(/No echo of what was sent/).waitFor();
    await progress.getByRole("button", { name: "Cancel the paste" }).click();
    await progress.getByText("Stopped after 200 of 1000 characters.").waitFor();
    await progress.getByRole("button", { name: "Close the paste" }).click();
    await page.keyboard.type("\n");
    await page.keyboard.press("Control+d");
    await page.keyboard.type("clear; wc -c /tmp/secret\n");
    await seeInTerminal(page, /^201 \/tmp\/secret/m);
  });

  it("go into a window of their own, which has the keyboard", async () => {
    const opened = page.context().waitForEvent("page");
    await page.getByRole("button", { name: "Console options" }).click();
    await page.getByRole("menuitem", { name: "Window of its own" }).click();
    const window = await opened;
    await window.locator("[data-attached=true]").waitFor();
    expect(await window.getByRole("navigation").count()).toBe(0);
    await seeInTerminal(window, /web1:~#/);
    await typeInTerminal(window, "echo from-the-window-$((40+2))\n");
    await seeInTerminal(page, /^from-the-window-42/m);
    await page.getByText(/^Watching ada/).waitFor();
    await window.close();
    expect(errors).toEqual([]);
  });
});
