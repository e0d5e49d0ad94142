import { existsSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BareGuest, makeFolder, makeImage } from "../testing/bareGuest.ts";
import { DatagramSocket } from "./datagramSocket.ts";
import { NotificationListener } from "./notifications.ts";
import type { Notification } from "./protocol.ts";

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await makeFolder();
  path = join(folder, "n");
});

afterAll(() => rm(folder, { recursive: true }));

describe("NotificationListener", () => {
  it("hears a real guest boot, speak and panic", async () => {
    const heard: Notification[] = [];
    const listener = new NotificationListener({ path, onNotification: (notification) => heard.push(notification) });
    const guest = await BareGuest.boot(folder, await makeImage(folder), { notifyPath: path });
    try {
      guest.type("echo hello > /proc/mconsole");
      guest.type("echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger");
      await guest.exit;
      await sleep(50);
      expect(heard).toEqual([
        { kind: "socket", path: guest.socketPath },
        { kind: "user", text: "hello\n" },
        { kind: "panic", message: "sysrq triggered crash" },
      ]);
      expect(listener.dropped).toBe(0);
    } finally {
      await guest.end();
      listener.close();
      listener.close();
    }
    expect(existsSync(path)).toBe(false);
  });

  it("passes on a flood at a bounded rate, counts the rest, and still hears a panic", async () => {
    const heard: Notification[] = [];
    const listener = new NotificationListener({ path, onNotification: (notification) => heard.push(notification) });
    const sender = new DatagramSocket({ path: join(folder, "sender"), onMessage: () => {}, onError: () => {} });
    const send = async (bytes: Buffer): Promise<void> => {
      for (;;) {
        try {
          sender.send(bytes);
          return;
        } catch {
          await sleep(1);
        }
      }
    };
    const header = Buffer.alloc(16);
    header.writeUInt32LE(0xcafebabe, 0);
    header.writeUInt32LE(2, 4);
    try {
      sender.connect(path);
      header.writeUInt32LE(3, 8);
      for (let i = 0; i < 500; i += 1) await send(header);
      header.writeUInt32LE(1, 8);
      await send(header);
      await send(Buffer.from("rubbish"));
      while (heard.length + listener.dropped < 502) await sleep(5);
      const users = heard.filter(({ kind }) => kind === "user").length;
      expect(users).toBeGreaterThanOrEqual(50);
      expect(users).toBeLessThan(250);
      expect(heard.at(-1)).toEqual({ kind: "panic", message: "" });
      expect(listener.dropped).toBe(502 - heard.length);
    } finally {
      sender.close();
      listener.close();
    }
  });

  it("takes over the path of one that was killed, but removes nothing else", async () => {
    const left = new DatagramSocket({ path, onMessage: () => {}, onError: () => {} });
    const listener = new NotificationListener({ path, onNotification: () => {} });
    listener.close();
    left.close();
    await writeFile(path, "precious");
    expect(() => new NotificationListener({ path, onNotification: () => {} })).toThrow("EADDRINUSE");
    await rm(path);
    await symlink("elsewhere", path);
    expect(() => new NotificationListener({ path, onNotification: () => {} })).toThrow("EADDRINUSE");
  });
});
