import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import type { Console } from "./console.ts";
import { endGroup, openPty, sourceOf } from "./testing/ptyPair.ts";
import { newConsole } from "./testing/slaveEnd.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";
import { TestPort } from "./testing/testPort.ts";
import { bootGuest, makeImage } from "./testing/umlGuest.ts";
import { pause, until } from "./testing/until.ts";

let end = () => {};
afterEach(() => end());

const launch = (console: Console, image: string) => {
  const pty = openPty();
  const guest = bootGuest(pty, image, temporaryFolder());
  closeSync(pty.slave);
  end = () => endGroup(guest);
  const exit = once(guest, "exit");
  const hungUp = new Promise<Error | null>((resolve) => {
    console.connect(sourceOf(pty.master, resolve));
  });
  return { guest, exit, hungUp };
};

/**
 * Two boots of a bare kernel, of which about one in a hundred dies through no fault of its own (docs/uml.md, "Odd
 * boots"), and 1.4 MB at the pace of one.
 */
const TRIED = { retry: 2, timeout: 120_000 };

it(
  "a UML guest: boot log, typing, window size, a paste, a flood with a viewer that is stuck, power-off, second boot",
  TRIED,
  async () => {
    const image = makeImage(temporaryFolder());
    const console = newConsole();
    console.markBoot(1);
    const stuck = TestPort.attach(console, { since: 0, role: "spy" }, { acknowledges: false });
    const port = TestPort.attach(console, { since: 0, cols: 120, rows: 40 });
    const type = (text: string) => port.viewer.input(Buffer.from(text));
    const first = launch(console, image);
    await until(() => port.text.includes("guest is up"));
    expect(port.text).toContain("Linux version");

    // One command at a time: what is typed ahead waits in the guest's terminal, which holds 4 KB and no more.
    let commands = 0;
    const run = async (command: string): Promise<string> => {
      const before = port.bytes.length;
      commands += 1;
      type(`${command}; echo fin""ished ${commands}\r`);
      await until(() => port.bytes.subarray(-60).includes(`finished ${commands}\r\n`));
      return port.bytes.subarray(before).toString();
    };
    expect(await run("stty size")).toContain("40 120");
    port.viewer.resize(90, 33);
    while (!(await run("stty size")).includes("33 90")) await pause(20);

    const paste = `${Array.from({ length: 800 }, () => randomBytes(20).toString("hex")).join("\n")}\n`;
    const pasted = run("stty -echo; echo ready; cat > /tmp/pasted; md5sum /tmp/pasted; stty echo");
    await until(() => port.text.includes("\r\nready\r\n"));
    const told = port.of("input").length;
    type(paste);
    await until(() =>
      port
        .of("input")
        .slice(told)
        .some(({ waiting }) => waiting === 0),
    );
    type("\x04");
    expect(await pasted).toContain(createHash("md5").update(paste).digest("hex"));

    const flood = await run("seq 1 200000");
    expect(flood.includes(Array.from({ length: 200_000 }, (_, line) => `${line + 1}\r\n`).join(""))).toBe(true);
    expect(stuck.offset).toBeLessThan(console.end);

    type("poweroff -f\r");
    expect(await first.hungUp).toBeNull();
    await first.exit;
    stuck.viewer.ack(stuck.offset);
    await until(() => stuck.offset === console.end);
    expect(stuck.of("gap")).toHaveLength(1);

    console.markBoot(2);
    const second = launch(console, image);
    await until(() => port.text.split("guest is up").length === 3);
    expect(await run("stty size")).toContain("33 90");
    expect(console.log.boots().map(({ boot }) => boot)).toEqual([1, 2]);
    expect(port.text).toBe(everythingIn(console));
    type("poweroff -f\r");
    await second.exit;
  },
);

const everythingIn = (console: Console): string => {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < console.end; ) {
    const read = console.log.read(offset, 1024 * 1024);
    if (!read.ok) throw new Error(read.reason);
    pieces.push(read.bytes);
    offset += read.bytes.length;
  }
  return Buffer.concat(pieces).toString();
};
