import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PausingProxy } from "../../apps/server/src/testing/pausingProxy.ts";
import { LOST_AFTER_PULSES, PULSE, PULSE_EVERY_MS } from "../../packages/contracts/src/index.ts";
import { openSshDoor } from "../cli/sshTerminal.ts";
import { Terminal } from "../cli/terminal.ts";
import { RunningServer } from "../server/runningServer.ts";
import { enterInTerminal, openBrowser, seeInTerminal, terminalText, typeInTerminal } from "./browser.ts";
import { logIn } from "./logIn.ts";
import { stepsOfOneStory } from "./steps.ts";

const CORRAL = fileURLToPath(new URL("../../apps/cli/dist/main.js", import.meta.url));
/** Numbers that the guest prints, ten a second: longer than a connection is given up after. */
const TICKS = 200;
const tick = (word: string) => `for i in $(seq ${TICKS}); do printf "${word}$i;"; sleep 0.1; done; echo over-$((40+2))`;
const numbers = (word: string, text: string) =>
  [...text.replace(/[\r\n]/g, "").matchAll(new RegExp(`${word}(\\d+);`, "g"))].map(([, number]) => Number(number));
const ALL = Array.from({ length: TICKS }, (_, index) => index + 1);
/** Longer than what an ssh client may be silent, and shorter than what ends its connection. */
const SSH_STALL_MS = (LOST_AFTER_PULSES + 0.5) * PULSE_EVERY_MS;

/* A network that carries nothing either way for a while, and closes nothing, between people and the server. */
describe("a network that stands still", () => {
  let server: RunningServer;
  let proxy: PausingProxy;
  let browser: Browser;
  let page: Page;
  let url: string;
  /** Sockets of the page's over which a pulse has come: from then on it notices silence. */
  const watched = new Set<string>();

  const printed = async () => {
    const log = await fetch(`${server.url}/api/v1/guests/web1/consoles/con0/log?from=0&limit=8388608`, {
      headers: server.headers,
    });
    return log.text();
  };

  beforeAll(async () => {
    server = await RunningServer.start(async (port) => {
      proxy = await PausingProxy.before(port);
      url = `http://127.0.0.1:${proxy.port}`;
      return { CORRAL_ORIGINS: `http://127.0.0.1:${port},${url}` };
    });
    await server.becomeAdmin();
    const image = await server.demoImage();
    await server.client.createGuest({ body: { name: "web1", image, memoryMiB: 64, start: true } });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (payload === PULSE) watched.add(new URL(socket.url()).pathname.replace(/^.*\//, ""));
      }),
    );
    await logIn(page, url);
    watched.clear();
    await page.goto(`${url}/guests/web1`);
    await page.locator("[data-attached=true]").waitFor();
    await seeInTerminal(page, /web1:~#/);
  });
  stepsOfOneStory();
  afterAll(async () => {
    proxy?.resume();
    await browser?.close();
    await server?.end();
    proxy?.close();
  });

  it("is said by the page, which sends nothing late and misses nothing", async () => {
    const live = page.locator("nav").getByText("Live", { exact: true });
    await live.waitFor({ state: "attached" });
    await expect.poll(() => [...watched].sort(), { timeout: 20_000 }).toEqual(["attach", "events"]);
    await enterInTerminal(page, `clear; ${tick("p")}`);
    await seeInTerminal(page, /p3;/);

    proxy.pause();
    await typeInTerminal(page, "early");
    await page.getByText("The server does not answer.", { exact: true }).waitFor();
    await live.waitFor({ state: "detached" });
    await typeInTerminal(page, "later");
    await page.getByText("The server does not answer: what you type now is not sent.").waitFor();
    await page.getByText("5 characters that you typed were not sent.").waitFor();
    // Given up: what was under way is known not to have come.
    await page.getByText("10 characters that you typed were not sent.").waitFor();
    proxy.resume();

    await page.locator("[data-attached=true]").waitFor();
    await live.waitFor({ state: "attached" });
    await seeInTerminal(page, /over-42/);
    expect(numbers("p", await terminalText(page))).toEqual(ALL);
    await typeInTerminal(page, "\necho typed-$((40+2))\n");
    await seeInTerminal(page, /^typed-42/m);
    expect(await printed()).not.toMatch(/early|later/);
    const card = page.getByRole("region", { name: "Not sent" });
    await card.getByRole("button", { name: "Show" }).click();
    // In the order in which they became known.
    await card.getByText("laterearly").waitFor();
    await card.getByRole("button", { name: "Close" }).click();
    await card.waitFor({ state: "detached" });
    await page.close();
  });

  it("is said by corral console, which sends nothing late and misses nothing", async () => {
    const { secret } = await server.client.createToken({ body: { label: "laptop" } });
    const env = { ...process.env, CORRAL_HOME: "", CORRAL_URL: url, CORRAL_TOKEN: secret, TERM: "xterm-256color" };
    const corral = new Terminal(process.execPath, [CORRAL, "console", "web1"], env);
    try {
      await corral.see(/web1:~#/);
      corral.forget();
      corral.type(`${tick("c")}\r`);
      // More than two seconds: a pulse has come, from which on it notices silence.
      await corral.see(/c40;/);
      proxy.pause();
      corral.type("early");
      await corral.see(/5 bytes that you typed did not arrive, and will not be sent/);
      corral.type("later");
      proxy.resume();
      await corral.see(/Connected again/);
      await corral.see(/over-42/);
      expect(numbers("c", corral.shown)).toEqual(ALL);
      corral.type("\recho typed-$((40+3))\r");
      await corral.see(/typed-43/);
      expect(await printed()).not.toMatch(/early|later/);
      corral.type("\u001d.");
      expect(await corral.ended).toBe(0);
    } finally {
      corral.close();
    }
  });

  it("is no way for what was typed over ssh to come late", async () => {
    const door = await openSshDoor(server);
    const slow = await PausingProxy.before(door.port);
    const ssh = door.sitAt("web1", slow.port);
    try {
      await ssh.see(/web1:~#/);
      ssh.type("echo typed-$((40+4))\r");
      await ssh.see(/typed-44/);
      slow.pause();
      ssh.type("early");
      await sleep(SSH_STALL_MS);
      slow.resume();
      await ssh.see(/5 characters that you typed were held up on the way and came too late/);
      // Refused until the network is known to be good again.
      const arrives = async () => {
        ssh.type("\recho typed-$((40+5))\r");
        return /typed-45/.test(ssh.shown);
      };
      await expect.poll(arrives, { timeout: 30_000, interval: 500 }).toBe(true);
      expect(await printed()).not.toContain("early");
      ssh.type("\u001d.");
      expect(await ssh.ended).toBe(0);
    } finally {
      ssh.close();
      slow.close();
    }
  });
});
