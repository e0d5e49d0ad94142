import type { ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "vitest";
import { endGroup, openPty, sourceOf } from "./testing/ptyPair.ts";
import { newConsole } from "./testing/slaveEnd.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";
import { TestPort } from "./testing/testPort.ts";
import { bootGuest, makeImage } from "./testing/umlGuest.ts";
import { until } from "./testing/until.ts";

/* A guest whose terminal is full: docs/uml.md, "A full terminal". */

/** A boot on a busy machine, of which about one in a hundred dies through no fault of its own (docs/uml.md, "Odd boots"). */
const TRIED = { retry: 1, timeout: 120_000 };
let guest: ChildProcess;
let port: ReturnType<typeof TestPort.attach>;
let seen = 0;

beforeEach(async () => {
  const pty = openPty();
  const folder = temporaryFolder();
  guest = bootGuest(pty, makeImage(temporaryFolder()), folder);
  closeSync(pty.slave);
  const console = newConsole();
  console.connect(sourceOf(pty.master));
  port = TestPort.attach(console, { since: 0 });
  seen = 0;
  await comes("guest is up");
  await comes("# ");
}, 60_000);

afterEach(() => endGroup(guest));

const type = (text: string | Uint8Array) => port.viewer.input(Buffer.from(text));

/** Waits for words in what is printed after the last that were waited for. */
const comes = async (words: string) => {
  await until(() => port.text.indexOf(words, seen) >= 0);
  seen = port.text.indexOf(words, seen) + words.length;
};

/** A command's answer proves that the shell reads and that keys arrive. */
const answers = async (word: string) => {
  type(`echo ${word[0]}""${word.slice(1)}\r`);
  await comes(`\r\n${word}\r\n`);
};

describe("a guest's full terminal", () => {
  it("goes on after a line of 10,000 bytes that no line buffer holds, as the kernel cuts it", TRIED, async () => {
    type("cat > /tmp/line\r");
    await comes("/tmp/line\r\n");
    type(`${"x".repeat(10_000)}\r`);
    await comes("x".repeat(9_000));
    await comes("\r\n");
    type("next\r");
    await comes("next\r\n");
    type("\x04");
    await comes("# ");
    type("wc -l < /tmp/line\r");
    await comes("\r\n2\r\n");
    await answers("alive");
  });

  it(
    "loses nothing that comes while a program in raw mode reads nothing, and goes on when it does",
    TRIED,
    async () => {
      for (let round = 0; round < 2; round++) {
        const bytes = randomBytes(6000).map((byte) => 0x21 + (byte % 90));
        type("stty raw -echo; echo re''ady; sleep 3; head -c 6000 | md5sum; stty sane\r");
        await comes("ready\n");
        type(bytes);
        await comes(createHash("md5").update(bytes).digest("hex"));
        await comes("# ");
        await answers(`alive${round}`);
      }
    },
  );
});
