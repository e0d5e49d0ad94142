import { describe, expect, it } from "vitest";
import { decodeNotification, decodeReply, encodeRequest } from "./protocol.ts";

const words = (...numbers: number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32LE(number >>> 0, i * 4);
  return bytes;
};

describe("requests", () => {
  it("carry magic, version, and the exact length", () => {
    const request = encodeRequest("version");
    expect(request.subarray(0, 12)).toEqual(words(0xcafebabe, 2, 7));
    expect(request.subarray(12).toString()).toBe("version");
    expect(encodeRequest("é")).toHaveLength(14);
  });
});

describe("replies", () => {
  it("lose their NUL", () => {
    expect(decodeReply(Buffer.concat([words(0, 0, 3), Buffer.from("ok\0")]))).toEqual({
      err: 0,
      more: false,
      data: Buffer.from("ok"),
    });
  });

  it("have a signed error", () => {
    expect(decodeReply(Buffer.concat([words(-16, 1, 1), Buffer.from("\0")]))).toMatchObject({ err: -16, more: true });
  });

  it("are refused where they lie about their length", () => {
    expect(decodeReply(Buffer.alloc(0))).toBeNull();
    expect(decodeReply(words(0, 0))).toBeNull();
    expect(decodeReply(Buffer.concat([words(0, 0, 4), Buffer.from("ok\0")]))).toBeNull();
    expect(decodeReply(Buffer.concat([words(0, 0, 600), Buffer.alloc(600)]))).toBeNull();
    expect(decodeReply(Buffer.from("ERR Version 0 mconsole clients are not supported by this driver"))).toBeNull();
  });
});

describe("notifications", () => {
  const notification = (type: number, text: string): Buffer =>
    Buffer.concat([words(0xcafebabe, 2, type, Buffer.byteLength(text)), Buffer.from(text)]);

  it.each([
    [0, "/run/u/g/mconsole\0", { kind: "socket", path: "/run/u/g/mconsole" }],
    [1, "sysrq triggered crash\0", { kind: "panic", message: "sysrq triggered crash" }],
    [2, "", { kind: "hang" }],
    [3, "hello\n", { kind: "user", text: "hello\n" }],
  ])("of type %i", (type, text, expected) => {
    expect(decodeNotification(notification(type, text))).toEqual(expected);
  });

  it("are understood in the watchdog's layout, which has a wider magic", () => {
    expect(decodeNotification(words(0xcafebabe, 0, 2, 2, 0, 0x55555555))).toEqual({ kind: "hang" });
  });

  it("are refused where they are none", () => {
    expect(decodeNotification(Buffer.alloc(0))).toBeNull();
    expect(decodeNotification(words(0xcafebabe, 2, 0))).toBeNull();
    expect(decodeNotification(words(0xdeadbeef, 2, 0, 0))).toBeNull();
    expect(decodeNotification(words(0xcafebabe, 3, 0, 0))).toBeNull();
    expect(decodeNotification(words(0xcafebabe, 0, 2, 2))).toBeNull();
    expect(decodeNotification(words(0xcafebabe, 2, 3, 5))).toBeNull();
    expect(decodeNotification(notification(9, ""))).toBeNull();
  });
});
