import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VISIT_ENDS, VISIT_RENEWED } from "../../packages/contracts/src/index.ts";
import { openSshDoor } from "../cli/sshTerminal.ts";
import { Terminal } from "../cli/terminal.ts";
import { RunningServer } from "../server/runningServer.ts";
import { enterInTerminal, openBrowser, seeInTerminal, terminalText, typeInTerminal } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
import { stepsOfOneStory } from "./steps.ts";

/** Only reached by a failure. */
const POLL = { timeout: 20_000 };
const CORRAL = fileURLToPath(new URL("../../apps/cli/dist/main.js", import.meta.url));
const ESCAPE = "\u001d";
/** Alternate screen, mouse reports, their encoding, bracketed paste. */
const MODES = ["?1049h", "?1002h", "?1006h", "?2004h"];
const LAST_MODE = `\u001b[${MODES.at(-1)}`;
const printModes = (word: string) =>
  `printf '${MODES.map((mode) => `\\033[${mode}`).join("")}'${word}'-on\\r\\n'; cat -v`;

/* What a guest's programs set in a terminal ends with them: in the page, the command line and ssh. */
describe("a boot is a new terminal", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  let corral: Terminal;
  let ssh: Terminal;
  /** Everything that the page sent over its consoles since it was last emptied. */
  let sent = "";

  const middle = async () => {
    const box = await page.locator(".xterm-screen").boundingBox();
    if (box === null) throw new Error("the page has no terminal");
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const click = async () => {
    const { x, y } = await middle();
    await page.mouse.click(x, y);
  };
  const wheel = async (by: number) => {
    const { x, y } = await middle();
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, by);
  };
  const paste = async (text: string) => {
    await page.evaluate((words) => navigator.clipboard.writeText(words), text);
    await page.locator(".xterm-helper-textarea").focus();
    await page.keyboard.press("Control+Shift+V");
  };
  /** Mouse, wheel and clipboard tell `cat -v`, which runs in the guest, nothing but what was pasted. */
  const isPlain = async (word: string) => {
    sent = "";
    await click();
    await wheel(-200);
    await wheel(2_000);
    await paste(`pasted-${word}`);
    await typeInTerminal(page, "\n");
    await seeInTerminal(page, new RegExp(`^pasted-${word}\npasted-${word}$`, "m"));
    expect(sent).toBe(`pasted-${word}\r`);
  };
  const setModes = async (word: string) => {
    await enterInTerminal(page, printModes(word));
    await seeInTerminal(page, new RegExp(`^${word}-on`, "m"));
    await click();
    await seeInTerminal(page, /\^\[\[<0;\d+;\d+M/);
    await paste("in-brackets");
    await seeInTerminal(page, /\^\[\[200~in-brackets/);
  };

  beforeAll(async () => {
    server = await RunningServer.start();
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser));
    page.on("websocket", (socket) => {
      if (!socket.url().includes("/consoles/")) return;
      socket.on("framesent", ({ payload }) => {
        if (typeof payload !== "string") sent += payload.toString();
      });
    });
    await page.reload();
    await page.locator("[data-attached=true]").waitFor();
    await seeInTerminal(page, /web1:~#/);
    const env = { ...process.env, CORRAL_HOME: server.home, CORRAL_URL: "", CORRAL_TOKEN: "", TERM: "xterm-256color" };
    corral = new Terminal(process.execPath, [CORRAL, "console", "web1"], env);
    ssh = (await openSshDoor(server)).sitAt("web1");
    for (const terminal of [corral, ssh]) await terminal.see(/web1:~#/);
  });
  stepsOfOneStory();
  afterAll(async () => {
    corral?.close();
    ssh?.close();
    await browser?.close();
    await server?.end();
  });

  it("sends a guest that is off no mouse report, and its scrollback scrolls by the wheel", async () => {
    await enterInTerminal(page, "seq 200");
    await seeInTerminal(page, /^200\nroot@web1:~#/m);
    await setModes("first");
    await server.client.guestAction({ params: { id: "web1", action: "force-off" } });
    await page.getByText("web1 is off").waitFor();
    // Out of the alternate screen.
    await seeInTerminal(page, /^200\n/m);
    sent = "";
    await click();
    const scrolled = (by: number) => async () => {
      await wheel(by);
      return terminalText(page);
    };
    await expect.poll(scrolled(-400), POLL).toMatch(/^140$/m);
    expect(await terminalText(page)).not.toMatch(/^200$/m);
    await expect.poll(scrolled(400), POLL).toMatch(/^200$/m);
    expect(sent).toBe("");
  });

  it("sends the shell of the next boot what was pasted, and nothing else", async () => {
    await page.getByRole("button", { name: "Start", exact: true }).first().click();
    await server.state("web1", "running");
    await seeInTerminal(page, /web1:~#/);
    await enterInTerminal(page, "clear; echo up-$((40+2)); cat -v");
    await seeInTerminal(page, /^up-42/m);
    await isPlain("boot");
    expect(await terminalText(page)).not.toContain("^[[");
    await page.keyboard.press("Control+C");
  });

  it("is made a new one at any time from the menu, the palette and the keyboard", async () => {
    const ways: Record<string, () => Promise<void>> = {
      menu: async () => {
        await page.getByRole("button", { name: "Console options" }).click();
        await page.getByRole("menuitem", { name: /^Reset terminal/ }).click();
      },
      palette: async () => {
        await page.keyboard.press("Control+Shift+K");
        await page.getByRole("dialog", { name: "Command palette" }).waitFor();
        await page.keyboard.type("reset term");
        await page.getByRole("option", { name: /^Reset terminal/ }).waitFor();
        await page.keyboard.press("Enter");
        await page.getByRole("dialog", { name: "Command palette" }).waitFor({ state: "detached" });
      },
      keys: async () => {
        await page.locator(".xterm-helper-textarea").focus();
        await page.keyboard.press("Control+Shift+X");
      },
    };
    for (const [word, reset] of Object.entries(ways)) {
      await setModes(word);
      await reset();
      // What was half typed is done with.
      await typeInTerminal(page, "\n");
      await isPlain(word);
      await page.keyboard.press("Control+C");
    }
    expect(errors).toEqual([]);
  });

  it("ends what was set in the terminals of corral console and of ssh, at a boot and where they leave", async () => {
    for (const terminal of [corral, ssh]) {
      // Three resets of the page's own were nobody else's: their terminals had the first one's modes ended, then the last's not.
      const { shown } = terminal;
      const first = shown.indexOf(LAST_MODE);
      const renewed = shown.indexOf(VISIT_RENEWED, first);
      const second = shown.indexOf(LAST_MODE, first + 1);
      expect(first).toBeGreaterThan(-1);
      expect(renewed).toBeGreaterThan(first);
      expect(second).toBeGreaterThan(renewed);
      expect(shown.indexOf(VISIT_RENEWED, second)).toBe(-1);
      terminal.type(`${ESCAPE}.`);
      expect(await terminal.ended).toBe(0);
      expect(terminal.shown.trimEnd().endsWith(VISIT_ENDS)).toBe(true);
    }
  });
});
