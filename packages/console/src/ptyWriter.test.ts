import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { PtyReader } from "./ptyReader.ts";
import { INPUT_MAXIMUM_BYTES, PtyWriter, writeNow } from "./ptyWriter.ts";
import { endGroup, openPty, runAt } from "./testing/ptyPair.ts";
import { temporaryFolder } from "./testing/temporaryFolder.ts";
import { pause, until } from "./testing/until.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const writerFor = (command: string) => {
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
  const writer = new PtyWriter((bytes) => writeNow(pty.master, bytes));
  const child = runAt(pty, "sh", "-c", command);
  ends.push(() => {
    writer.clear();
    endGroup(child);
    reader.close();
  });
  return { writer, printed: () => printed };
};

describe("PtyWriter", () => {
  it("loses nothing of a paste to a program that reads lines, although a terminal line holds 4,095 bytes", async () => {
    const file = join(temporaryFolder(), "pasted");
    const { writer, printed } = writerFor(`stty -echo; echo ready; sleep 0.3; cat > ${file}; echo done`);
    await until(() => printed().includes("ready"));
    const paste = `${Array.from({ length: 600 }, () => randomBytes(16).toString("hex")).join("\n")}\n`;
    expect(writer.write(Buffer.from(paste))).toBe(true);
    expect(writer.write(Buffer.from("\x04"))).toBe(true);
    await until(() => printed().includes("done"));
    const hash = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
    expect(hash(readFileSync(file))).toBe(hash(paste));
  });

  it("paces a paste that comes in many small frames like one that comes in one, and single keys not at all", async () => {
    const pty = openPty();
    execFileSync("stty", ["raw", "-echo"], { stdio: [pty.slave, "ignore", "inherit"] });
    const reader = new PtyReader(pty.master, Buffer.alloc(1024), {
      keep: () => {},
      pass: () => {},
      readsAPass: () => 1,
      end: () => {},
    });
    const writer = new PtyWriter((bytes) => writeNow(pty.master, bytes));
    ends.push(() => {
      writer.clear();
      reader.close();
      closeSync(pty.slave);
    });
    const received = () => readSync(pty.slave, Buffer.alloc(65_536));
    for (let key = 0; key < 10; key++) {
      writer.write(Buffer.from("k"));
      expect(received()).toBe(1);
    }
    for (let frame = 0; frame < 40; frame++) writer.write(Buffer.alloc(64, "p"));
    let sum = received();
    expect(sum).toBeLessThanOrEqual(256);
    while (sum < 40 * 64) {
      // A read that finds nothing would block the writer's timer too.
      await pause(60);
      sum += received();
    }
    expect(sum).toBe(40 * 64);
  });

  it("refuses what does not fit, whole, while nobody reads", async () => {
    const { writer, printed } = writerFor("stty raw -echo; echo ready; sleep 1000");
    await until(() => printed().includes("ready"));
    const piece = Buffer.alloc(64 * 1024, "x");
    let taken = 0;
    while (writer.write(piece)) taken += piece.length;
    expect(taken).toBeLessThanOrEqual(INPUT_MAXIMUM_BYTES + piece.length);
    expect(taken).toBeGreaterThan(INPUT_MAXIMUM_BYTES / 2);
    writer.clear();
    expect(writer.write(piece)).toBe(true);
  });

  it("forgets what waits when the other end hangs up", () => {
    const pty = openPty();
    closeSync(pty.slave);
    const writer = new PtyWriter((bytes) => writeNow(pty.master, bytes));
    expect(writer.write(Buffer.alloc(100_000))).toBe(true);
    writer.clear();
    closeSync(pty.master);
  });
});
