import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder } from "../testing/bareGuest.ts";
import { DatagramSocket, socketsAreHardened } from "./datagramSocket.ts";

let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
});

afterAll(() => rm(folder, { recursive: true }));

const quiet = { onMessage: () => {}, onError: () => {} };

describe("DatagramSocket", () => {
  it("binds with a mode, and closing removes its path, twice", () => {
    const path = join(folder, "a");
    const socket = new DatagramSocket({ path, mode: 0o622, ...quiet });
    expect(statSync(path).mode & 0o777).toBe(0o622);
    socket.close();
    socket.close();
    expect(existsSync(path)).toBe(false);
  });

  it("throws what the system says", () => {
    const path = join(folder, "b");
    const socket = new DatagramSocket({ path, ...quiet });
    expect(() => new DatagramSocket({ path, ...quiet })).toThrow("EADDRINUSE");
    expect(() => socket.connect(join(folder, "none"))).toThrow("ENOENT");
    expect(() => socket.send(Buffer.from("x"))).toThrow("ENOTCONN");
    expect(() => new DatagramSocket({ path: join(folder, "x".repeat(108)), ...quiet })).toThrow("at most 107");
    socket.close();
    expect(() => new DatagramSocket({ path: join(folder, "none/x"), ...quiet })).toThrow("ENOENT");
  });

  /*
   * The peer connects back, then to another, with something unread: the kernel reports that as an error on our socket.
   * In a process of its own, since an unhardened build aborts. Skipped on such a build, which socketsAreHardened tells.
   */
  it.skipIf(!socketsAreHardened())("survives a hostile peer", () => {
    const native = createRequire(import.meta.url).resolve("unix-dgram/build/Release/unix_dgram.node");
    const script = `
      const n = require(process.argv[1]), folder = process.argv[2];
      const make = (name) => {
        const fd = n.socket(n.AF_UNIX, n.SOCK_DGRAM, 0, () => {}, () => {});
        if (n.bind(fd, folder + "/" + name) < 0) throw new Error("bind " + name);
        return fd;
      };
      const [ours, hostile, third] = ["ours", "hostile", "third"].map(make);
      n.connect(ours, folder + "/hostile");
      n.send(ours, Buffer.from("unread"));
      n.connect(hostile, folder + "/ours");
      n.connect(hostile, folder + "/third");
      setTimeout(() => { console.log("alive"); process.exit(0); }, 200);
    `;
    expect(execFileSync(process.execPath, ["-e", script, native, folder]).toString()).toBe("alive\n");
  });
});
