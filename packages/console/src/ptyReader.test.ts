import { once } from "node:events";
import { writeSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PtyReader } from "./ptyReader.ts";
import { endGroup, openDescriptors, openPty, runAt } from "./testing/ptyPair.ts";
import { pause, until } from "./testing/until.ts";

const read = (fd: number, readsAPass = 1) => {
  const chunks: Buffer[] = [];
  let kept = 0;
  let tellEnd: (error: Error | null) => void = () => {};
  const ended = new Promise<Error | null>((resolve) => {
    tellEnd = resolve;
  });
  const reader = new PtyReader(fd, Buffer.alloc(16 * 1024), {
    keep: (bytes) => {
      kept += bytes.length;
    },
    readsAPass: () => readsAPass,
    pass: (chunk) => {
      chunks.push(chunk);
      // Never less than what was kept, and never more.
      expect(kept).toBe(chunks.reduce((sum, { length }) => sum + length, 0));
    },
    end: tellEnd,
  });
  return { reader, chunks, ended, text: () => Buffer.concat(chunks).toString() };
};

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join("");

describe("PtyReader", () => {
  it("reads everything before it tells of the hang-up, however fast the end comes", async () => {
    const before = openDescriptors();
    for (let round = 0; round < 15; round++) {
      const pty = openPty();
      const { ended, text } = read(pty.master);
      runAt(pty, "sh", "-c", "stty raw; seq 1 100000");
      expect(await ended).toBeNull();
      expect(text() === numbers(100_000)).toBe(true);
    }
    await until(() => openDescriptors() === before);
  });

  it("gathers small pieces under load", async () => {
    const pty = openPty();
    const { ended, chunks, text } = read(pty.master);
    // One write for each line, as a guest's kernel does it.
    runAt(pty, "sh", "-c", "stty raw; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo $i; done");
    await ended;
    expect(text()).toBe(numbers(20_000));
    expect(chunks.length).toBeLessThan(20_000 / 10);
  });

  it("passes several reads on in one piece, where that is asked for, and all of them in the end", async () => {
    const counts: number[] = [];
    for (const readsAPass of [1, 8]) {
      const pty = openPty();
      const { ended, chunks, text } = read(pty.master, readsAPass);
      runAt(pty, "sh", "-c", "stty raw; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo $i; done");
      await ended;
      expect(text()).toBe(numbers(20_000));
      counts.push(chunks.length);
    }
    expect(counts[1]).toBeLessThan(counts[0] as number);
  });

  it("passes an echo on when it comes, and goes on listening", async () => {
    const pty = openPty();
    const { chunks, text, ended } = read(pty.master);
    const child = runAt(pty, "cat");
    for (let key = 0; key < 20; key++) {
      const seen = chunks.length;
      writeSync(pty.master, "k");
      await until(() => chunks.length > seen);
      await pause(10);
    }
    expect(text()).toBe("k".repeat(20));
    endGroup(child);
    expect(await ended).toBeNull();
  });

  it("gives the descriptor back when closed, and says nothing more", async () => {
    const before = openDescriptors();
    const pty = openPty();
    const { reader, chunks, ended } = read(pty.master);
    const child = runAt(pty, "sh", "-c", "yes");
    await until(() => chunks.length > 10);
    let told = false;
    void ended.then(() => {
      told = true;
    });
    const seen = chunks.length;
    reader.close();
    reader.close();
    await once(child, "exit");
    await until(() => openDescriptors() === before);
    expect(chunks.length).toBe(seen);
    expect(told).toBe(false);
  });

  it("drains what is there when asked", async () => {
    const pty = openPty();
    const { reader, text } = read(pty.master);
    writeSync(pty.slave, "last words");
    reader.drain();
    expect(text()).toBe("last words");
    reader.close();
    endGroup(runAt(pty, "true"));
  });
});
