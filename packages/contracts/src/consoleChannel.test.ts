import { describe, expect, it } from "vitest";
import { channel, isKept, oneWayWords, parseChannel, reachesHost } from "./consoleChannel.ts";
import { consoleDefinition, guestDefinition } from "./guestDefinition.ts";

const complaints = (result: { error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined }): string[] =>
  result.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("a channel", () => {
  it.each(["fd", "pts", "port:1024", "port:65535", "tty:/dev/ttyUSB0", "tty:/dev/pts/3", "xterm", "null", "none"])(
    "may be %s",
    (text) => {
      expect(complaints(channel.safeParse(text))).toEqual([]);
      expect(text.startsWith(parseChannel(text).kind)).toBe(true);
    },
  );

  it.each([
    ["pty", "use pts"],
    ["fd:3", "Corral chooses"],
    ["port", "such as port:9000"],
    ["port:80", "from 1024 to 65535"],
    ["port:65536", "from 1024 to 65535"],
    ["port:09000", "from 1024 to 65535"],
    ["port:9000,null", "from 1024 to 65535"],
    ["tty", "below /dev"],
    ["tty:/etc/shadow", "below /dev"],
    ["tty:/dev/../etc/shadow", "below /dev"],
    ["tty:/dev/tty1,fd:0", "below /dev"],
    ["tty:/dev/tty1 init=/bin/sh", "below /dev"],
    ["pts\n", "must be fd, pts"],
    ["pts ", "must be fd, pts"],
    ["__proto__", "must be fd, pts"],
    ["", "must be fd, pts"],
  ])("may not be %j, and is told why", (text, why) => {
    expect(complaints(channel.safeParse(text)).join()).toContain(why);
  });

  it("may be another for each way, where UML and Corral can", () => {
    const of = (input: string, output: string) =>
      complaints(consoleDefinition.safeParse({ name: "con1", channel: input, output })).join();
    expect(of("null", "fd")).toBe("");
    expect(of("fd", "pts")).toBe("");
    expect(of("tty:/dev/tty1", "fd")).toBe("");
    expect(of("fd", "fd")).toContain("output: must be left out");
    expect(of("fd", "none")).toContain("output: cannot go with none");
    expect(of("port:9000", "null")).toContain("output: cannot go with a port");
    expect(of("fd", "bogus")).toContain("output: must be fd, pts");
  });

  it("is kept when Corral has one end of it, and reaches the host when a device or a desktop is meant", () => {
    expect(isKept({ channel: "null", output: "fd" })).toBe(true);
    expect(isKept({ channel: "tty:/dev/tty1" })).toBe(false);
    expect(reachesHost({ channel: "fd", output: "tty:/dev/tty1" })).toBe(true);
    expect(reachesHost({ channel: "xterm" })).toBe(true);
    expect(reachesHost({ channel: "port:9000" })).toBe(false);
  });

  it("says which way is missing where Corral has only one end", () => {
    expect(["fd", "pts,fd", "port:9000"].map(oneWayWords)).toEqual([null, null, null]);
    expect(oneWayWords("fd,tty:/dev/ttyUSB0")).toMatch(/goes to tty:\/dev\/ttyUSB0, not here/);
    expect(oneWayWords("null,fd")).toMatch(/from null: what is typed here goes nowhere/);
  });

  it("is a port of one console only", () => {
    const { consoles } = guestDefinition.shape;
    const two = [
      { name: "con1", channel: "port:9000" },
      { name: "con2", channel: "port:9000" },
    ];
    expect(complaints(consoles.safeParse(two))).toEqual(["1.channel: con1 listens on that port already"]);
  });
});
