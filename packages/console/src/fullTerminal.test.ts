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
    port.viewer.allowLongLines(true);
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
      port.viewer.allowLongLines(true);
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

  it("takes 1 MB of lines whole", TRIED, async () => {
    const paste = `${Array.from({ length: 16_000 }, () => randomBytes(32).toString("hex")).join("\n")}\n`;
    type("stty -echo; echo re''ady; cat > /tmp/pasted; md5sum < /tmp/pasted; stty echo\r");
    await comes("ready\r\n");
    const told = port.of("input").length;
    type(paste);
    await until(() =>
      port
        .of("input")
        .slice(told)
        .some(({ waiting }) => waiting === 0),
    );
    type("\x04");
    await comes(createHash("md5").update(paste).digest("hex"));
  });

  it(
    "lets Ctrl-C through to a program that reads nothing, tells that it is full, and runs nothing of the paste",
    TRIED,
    async () => {
      type("sleep 1000\r");
      await comes("1000\r\n");
      type(`echo r''an ${"z".repeat(50)}\r`.repeat(400));
      await until(() => port.of("input").at(-1)?.full === true);
      type("\x03");
      await until(() => port.of("warning").some(({ message }) => message.startsWith("Stopped:")));
      await comes("^C");
      await answers("alive");
      if (port.text.includes("ran zz")) throw new Error("the shell ran a part of the paste");
    },
  );
});
