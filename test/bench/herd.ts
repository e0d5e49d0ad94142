import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { WebSocket } from "ws";
import { openBrowser } from "../e2e/browser.ts";
import { PERSON, RunningServer } from "../server/runningServer.ts";
import { keepSection, machine } from "./section.ts";

/*
 * How smooth the herd page is with a hundred guests, and what it costs the server: `npm run bench:herd`. Prints a table
 * and writes it to docs/benchmarks.md.
 */

const GUESTS = 100;
/** The others are off and show what they printed last. */
const RUNNING = 60;
const MEMORY_MIB = 48;
const MEASURE_S = 10;
const CLOCK_TICKS_PER_S = 100;
/** The wall of a great screen: all hundred at once. */
const WALL = { width: 2560, height: 1440 };
/** A frame that took longer than this is one that is seen to be missing. */
const LONG_FRAME_MS = 50;
/** Each runs it in its shell: a coloured line a second, so that each thumbnail changes with each look. */
const CHATTER =
  "while sleep 1; do printf '\\033[3%dm%s\\033[0m\\n' $((RANDOM % 8)) \"$(date) and some words more\"; done\n";

/* As text, since what runs this file would add things of its own to a function that the page does not have. */
const COUNT_FRAMES = `{
  const gaps = (window.frameGaps = []);
  let last = performance.now();
  const tick = (now) => {
    gaps.push(now - last);
    last = now;
    if (window.frameGaps === gaps) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}`;
const FRAME_GAPS = "[window.frameGaps.slice(1), (window.frameGaps = undefined)][0]";

interface Frames {
  readonly perSecond: number;
  readonly longestMs: number;
  readonly long: number;
}

/** What the page's own clock of frames says, for as long as `meanwhile` lasts. */
const watchFrames = async (page: Page, meanwhile: () => Promise<void>): Promise<Frames> => {
  await page.evaluate(COUNT_FRAMES);
  await meanwhile();
  const gaps: number[] = await page.evaluate(FRAME_GAPS);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    perSecond: (gaps.length / total) * 1000,
    longestMs: Math.max(...gaps),
    long: gaps.filter((gap) => gap > LONG_FRAME_MS).length,
  };
};

/** Percent of one core that the server takes while something goes on. */
const serverShare = async <T>(pid: number, work: () => Promise<T>): Promise<{ share: number; result: T }> => {
  const ticks = () => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  };
  const [from, began] = [ticks(), performance.now()];
  const result = await work();
  return { share: ((ticks() - from) / CLOCK_TICKS_PER_S / ((performance.now() - began) / 1000)) * 100, result };
};

const typeInto = (server: RunningServer, guest: string, keys: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const url = `ws://127.0.0.1:${server.port}/api/v1/guests/${guest}/consoles/con0/attach`;
    const socket = new WebSocket(url, { headers: server.headers });
    socket.once("error", reject);
    socket.once("open", () => socket.send(JSON.stringify({ type: "attach", cols: 80, rows: 24 })));
    socket.once("message", () => {
      socket.send(Buffer.from(keys));
      socket.close();
      socket.once("close", () => resolve());
    });
  });

const rest = () => sleep(MEASURE_S * 1000);

const server = await RunningServer.start();
const rows: string[] = [];
const row = (what: string, { perSecond, longestMs, long }: Frames, share: number) => {
  rows.push(`| ${what} | ${perSecond.toFixed(1)} | ${longestMs.toFixed(0)} ms | ${long} | ${share.toFixed(1)} % |`);
  process.stdout.write(`${rows.at(-1)}\n`);
};
const browser = await openBrowser();
try {
  await server.becomeAdmin();
  const image = await server.demoImage();
  const ids: string[] = [];
  for (let index = 0; index < GUESTS; index += 1) {
    const { id } = await server.client.createGuest({ body: { name: `g${index}`, image, memoryMiB: MEMORY_MIB } });
    ids.push(id);
  }
  await server.kill("SIGTERM");
  for (const [index, id] of ids.slice(RUNNING).entries()) {
    const printed = `\u001b[1mg${RUNNING + index}\u001b[0m was here\r\n`.repeat(20);
    writeFileSync(join(server.home, "guests", id, "consoles/con0/0000000000000000.log"), printed);
  }
  await server.restart("SIGTERM");
  await server.client.logIn({ body: PERSON });
  const running = ids.slice(0, RUNNING);
  for (const id of running) await server.client.guestAction({ params: { id, action: "start" } });
  for (const id of running) await server.state(id, "running");
  await sleep(3_000);

  const page = await (await browser.newContext({ viewport: WALL })).newPage();
  await page.goto(`${server.url}/login`);
  await page.getByLabel("Name").fill(PERSON.name);
  await page.getByLabel("Password").fill(PERSON.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Fleet" }).waitFor();
  const empty = await serverShare(server.pid, () => watchFrames(page, rest));
  row("the fleet's list, nobody looks at the herd", empty.result, empty.share);

  await page.goto(`${server.url}/herd`);
  await page
    .getByRole("list", { name: "Consoles" })
    .getByRole("listitem")
    .nth(GUESTS - 1)
    .waitFor();
  await page.locator(`[data-thumbnail="${ids[0]}"][data-drawn]`).waitFor();
  await sleep(2_000);
  const still = await serverShare(server.pid, () => watchFrames(page, rest));
  row(`the wall, ${RUNNING} idle guests and ${GUESTS - RUNNING} that are off`, still.result, still.share);

  const wall = page.getByRole("list", { name: "Consoles" });
  await wall.hover();
  const scroll = async () => {
    const until = Date.now() + MEASURE_S * 1000;
    for (let step = 0; Date.now() < until; step += 1) {
      await page.mouse.wheel(0, Math.floor(step / 20) % 2 === 0 ? 150 : -150);
      await sleep(50);
    }
  };
  await page.setViewportSize({ width: 1280, height: 800 });
  await sleep(1_000);
  const scrolled = await serverShare(server.pid, () => watchFrames(page, scroll));
  row("the same in a window of 1280 × 800 that is scrolled up and down", scrolled.result, scrolled.share);
  await page.setViewportSize(WALL);

  for (const id of running) await typeInto(server, id, CHATTER);
  await sleep(3_000);
  const busy = await serverShare(server.pid, () => watchFrames(page, rest));
  row(`the wall, each of the ${RUNNING} prints a line a second`, busy.result, busy.share);
  await page.goto(`${server.url}/account`);
  await sleep(2_000);
  const unseen = await serverShare(server.pid, rest);
  rows.push(`| the same guests, nobody looks | – | – | – | ${unseen.share.toFixed(1)} % |`);
  await page.close();
  await server.client.logIn({ body: PERSON });
} finally {
  await browser.close();
  await server.end();
}
const table = [
  "| what the page shows | frames a second | longest frame | frames over 50 ms | server, of a core |",
  "|---|---|---|---|---|",
  ...rows,
].join("\n");
keepSection(
  "## Herd",
  `\`npm run bench:herd\`: ${GUESTS} guests, ${RUNNING} of them on with ${MEMORY_MIB} MiB each, and their wall in a Chromium without a
graphics card, on the same machine as the guests; ${MEASURE_S} s for each line. Last run on ${new Date().toISOString().slice(0, 10)}: ${machine()};
load average over its last minute ${loadavg()[0]?.toFixed(1)}.

${table}`,
);
