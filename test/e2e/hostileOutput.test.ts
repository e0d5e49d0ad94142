import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { enterInTerminal, openBrowser, seeInTerminal, terminalText } from "./browser.ts";
import { openGuestPage } from "./guestPage.ts";
import { stepsOfOneStory } from "./steps.ts";

/**
 * What a guest prints to hurt whoever looks at it, as its shell makes it. Each is followed by a word: a page that still
 * draws that, and a shell that gets no answer typed which it did not ask for, have come to no harm.
 */
const HOSTILE = {
  "two thousand million repetitions":
    "for f in S T L M I Z b @ P X A B C D E F G d; do printf 'x\\033[2147483647;2147483647'$f; done",
  "titles by the thousand, and one of 200,000 letters":
    "i=0; while [ $i -lt 300 ]; do i=$((i+1)); printf '\\033]0;title'$i'\\007\\033]2;t\\033\\\\'; done; printf '\\033]0;'; head -c 200000 /dev/zero | tr '\\0' t; printf '\\007'",
  "a device control string that goes on": "printf '\\033P'; head -c 200000 /dev/zero | tr '\\0' q; printf '\\033\\\\'",
  "a line of 300,000 letters": "head -c 300000 /dev/zero | tr '\\0' x",
  "a letter with thirty thousand accents": "printf a; head -c 30000 /dev/zero | sed 's/\\x00/\\xcc\\x81/g'",
  "all bytes there are, at random": "head -c 100000 /dev/urandom",
  "8-bit controls": "printf '\\302\\2333;3H\\302\\235 0;C1 title\\302\\234\\302\\2332J\\233\\235\\220\\205'",
  "a size, an icon and a window of its own": "printf '\\033[8;5;10t\\033[2t\\033[3;0;0t\\033[9;1t\\033[10;1t'",
  "modes that are left on":
    "printf '\\033[?1049h\\033[?1003h\\033[?1006h\\033[?25l\\033[?7l\\033[4h\\033[20h\\033(0\\016'",
} as const;

describe("a hostile guest", () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  const type = (line: string) => enterInTerminal(page, line);

  beforeAll(async () => {
    server = await RunningServer.start();
    browser = await openBrowser();
    ({ page, errors } = await openGuestPage(server, browser));
  });
  stepsOfOneStory();
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it.each(Object.entries(HOSTILE))("does no harm to a page with %s", async (name, command) => {
    const title = await page.title();
    const word = `alive-${Object.keys(HOSTILE).indexOf(name)}-`;
    // A hard reset at the end, as a person would do it by "reset"; and what the terminal answered is read away.
    await type(`${command}; printf '\\030\\033\\\\\\033c'; read -t 1 -n 1000 x; clear; echo ${word}$((40+2))`);
    await seeInTerminal(page, new RegExp(`^${word}42`, "m"));
    await seeInTerminal(page, /web1:~# *$/m);
    expect(await page.title()).toBe(title);
  });

  it("is shown to whoever comes now as to whoever was there", async () => {
    await page.reload();
    await page.locator("[data-attached=true]").waitFor();
    await seeInTerminal(page, new RegExp(`^alive-${Object.keys(HOSTILE).length - 1}-42`, "m"));
  });

  it("is told neither the title of the window nor what is on the clipboard, nor who is there", async () => {
    await page.evaluate(() => navigator.clipboard.writeText("a secret of mine"));
    // Answers that are quicker than the word after the questions are echoed before it, on a line of their own.
    await type(
      "clear; printf '\\005\\033[21t\\033[20t\\033]52;c;?\\007\\033[c'; printf '\\nasked-%s\\n' $((40+2)); read -s told; clear; echo \"$told\" | cat -v; echo told-$((40+2))",
    );
    await seeInTerminal(page, /^asked-42/m);
    await page.keyboard.press("Enter");
    const told = await seeInTerminal(page, /^told-42/m);
    // What kind of terminal it is, it may know.
    expect(told).toContain("^[[?1;2c");
    expect(told).not.toMatch(/secret|web1 ·|Corral/);
    // The same in base64.
    expect(told).not.toContain("YSBzZWNyZXQ");
  });

  it("floods with questions, and everybody is served, whoever types in its console too", async () => {
    await type("clear; yes \"$(printf '\\033[6n\\033[c')\" | head -c 60000; clear; printf 'flooded-%s\\n' $((40+2))");
    for (let call = 0; call < 20; call += 1) await server.client.listGuests({});
    await seeInTerminal(page, /^flooded-42/m);
    // The last answers may still come into the line.
    const typed = async () => {
      await page.keyboard.press("Control+c");
      await type("clear; echo over-$((40+2))");
      // The next Ctrl-C takes along what the shell has not read by then.
      return seeInTerminal(page, /^over-42/m, 5_000).catch(() => terminalText(page));
    };
    await expect.poll(typed, { timeout: 40_000 }).toMatch(/^over-42/m);
    expect([...new Set(errors)]).toEqual([]);
  });
});
