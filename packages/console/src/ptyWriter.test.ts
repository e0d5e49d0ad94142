import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { PtyReader } from "./ptyReader.ts";
import { type DropReason, INPUT_MAXIMUM_BYTES, PtyWriter, type Typist, writeNow } from "./ptyWriter.ts";
import { endGroup, openPty, runAt } from "./testing/ptyPair.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";
import { until } from "./testing/until.ts";
import { dropUnreadInput, unreadInput } from "./unreadInput.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

class TestTypist implements Typist {
  sum = 0;
  readonly drops: [DropReason, number][] = [];

  passed(bytes: number): void {
    this.sum += bytes;
  }

  dropped(why: DropReason, bytes: number): void {
    this.drops.push([why, bytes]);
  }
}

const writerAt = (master: number, takesLongLines = false) => {
  const fulls: boolean[] = [];
  const line = {
    write: (bytes: Uint8Array) => writeNow(master, bytes),
    unread: () => unreadInput(master),
    dropUnread: () => dropUnreadInput(master),
  };
  const listener = { full: (full: boolean) => fulls.push(full), takesLongLines: async () => takesLongLines };
  return { writer: new PtyWriter(line, listener), fulls, typist: new TestTypist() };
};

const writerFor = (command: string, takesLongLines?: boolean) => {
  const pty = openPty();
  let printed = "";
  const reader = new PtyReader(pty.master, Buffer.alloc(16 * 1024), {
    keep: () => {},
    readsAPass: () => 1,
    pass: (chunk) => {
      printed += chunk.toString();
    },
    end: () => {},
  });
  const { writer, fulls, typist } = writerAt(pty.master, takesLongLines);
  const child = runAt(pty, "sh", "-c", command);
  ends.push(() => {
    writer.clear();
    endGroup(child);
    reader.close();
  });
  return { writer, fulls, typist, printed: () => printed };
};

describe("PtyWriter", () => {
  it("loses nothing of a paste to a program that reads lines, although a terminal line holds 4,095 bytes", async () => {
    const file = join(temporaryFolder(), "pasted");
    const { writer, typist, printed } = writerFor(`stty -echo; echo ready; sleep 0.3; cat > ${file}; echo done`);
    await until(() => printed().includes("ready"));
    const paste = `${Array.from({ length: 600 }, () => randomBytes(16).toString("hex")).join("\n")}\n`;
    expect(writer.write(Buffer.from(paste), typist)).toBe(true);
    await until(() => typist.sum === paste.length);
    expect(writer.write(Buffer.from("\x04"), typist)).toBe(true);
    await until(() => printed().includes("done"));
    const hash = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
    expect(hash(readFileSync(file))).toBe(hash(paste));
  });

  it("writes a paste in pieces of 64 bytes, each when the one before was read, and single keys at once", async () => {
    const pty = openPty();
    execFileSync("stty", ["raw", "-echo"], { stdio: [pty.slave, "ignore", "inherit"] });
    const { writer, typist } = writerAt(pty.master);
    ends.push(() => {
      writer.clear();
      closeSync(pty.slave);
      closeSync(pty.master);
    });
    const received = () => readSync(pty.slave, Buffer.alloc(65_536));
    for (let key = 0; key < 10; key++) {
      writer.write(Buffer.from("k"), typist);
      expect(received()).toBe(1);
    }
    for (let frame = 0; frame < 10; frame++) writer.write(Buffer.alloc(256, "p"), typist);
    for (let sum = 0; sum < 10 * 256; ) {
      await until(() => (unreadInput(pty.master) ?? 0) > 0);
      const piece = received();
      expect(piece).toBeLessThanOrEqual(64);
      sum += piece;
    }
    expect(typist.sum).toBe(10 + 10 * 256);
  });

  it("tells when the other end takes nothing any more and when it does again, and refuses what does not fit, whole", async () => {
    const { writer, fulls, typist, printed } = writerFor(
      "stty raw -echo; echo ready; read -r go < /dev/null; sleep 1000",
    );
    await until(() => printed().includes("ready"));
    const piece = Buffer.alloc(64 * 1024, "x\n");
    let taken = 0;
    while (writer.write(piece, typist)) taken += piece.length;
    expect(taken).toBe(INPUT_MAXIMUM_BYTES);
    await until(() => fulls.length === 1);
    expect(fulls).toEqual([true]);
    writer.clear();
    expect(fulls).toEqual([true, false]);
    expect(writer.write(piece, typist)).toBe(true);
  });

  it("drops the rest of a paste when Ctrl-C is typed, and a shell runs no more of it", async () => {
    const { writer, typist, printed } = writerFor("exec sh -i");
    await until(() => /[#$] $/.test(printed()));
    const paste = Buffer.from("sleep 0.2; echo r''an\r".repeat(500));
    writer.write(paste, typist);
    await until(() => printed().includes("ran\r\n"));
    writer.write(Buffer.from("\x03"), typist);
    expect(typist.drops).toEqual([["stopped", expect.any(Number)]]);
    expect(typist.sum).toBe(paste.length + 1);
    await until(() => printed().includes("^C"));
    writer.write(Buffer.from("\recho al''ive\r"), typist);
    await until(() => printed().includes("alive\r\n"));
    expect(printed().split("ran\r\n").length).toBeLessThan(50);
  });

  it("sends nothing of a line that a terminal cannot hold, nor the rest of its paste, and says so", async () => {
    const { writer, typist, printed } = writerFor("echo ready; cat");
    await until(() => printed().includes("ready"));
    writer.write(Buffer.from(`first\n${"x".repeat(5000)}\n`), typist);
    writer.write(Buffer.from(`second line of the paste\n`), typist);
    await until(() => typist.drops.length === 1);
    writer.write(Buffer.from("third line of the same paste\n"), typist);
    writer.write(Buffer.from("key\n"), typist);
    await until(() => printed().includes("key\r\nkey\r\n"));
    expect(printed()).not.toMatch(/first|second|third|xxx/);
    expect(typist.drops.map(([why]) => why)).toEqual(["long-line", "long-line"]);
  });

  it("sends a line of any length to a program that takes it", async () => {
    const { writer, typist, printed } = writerFor("stty raw -echo; echo ready; head -c 20000 | wc -c", true);
    await until(() => printed().includes("ready"));
    for (let frame = 0; frame < 4; frame++) writer.write(Buffer.alloc(5000, "x"), typist);
    await until(() => printed().includes("20000"));
  });

  it("forgets what waits when the other end hangs up", () => {
    const pty = openPty();
    closeSync(pty.slave);
    const { writer, typist } = writerAt(pty.master);
    expect(writer.write(Buffer.alloc(100_000, "x\n"), typist)).toBe(true);
    writer.clear();
    expect(typist.sum).toBe(100_000);
    closeSync(pty.master);
  });
});
