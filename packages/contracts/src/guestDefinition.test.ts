import { describe, expect, it } from "vitest";
import { guestChanges, guestDefinition, kernelArgument, newGuest } from "./guestDefinition.ts";
import { hostPath, name } from "./text.ts";

const whole = (changes: object = {}) => {
  const { image: _, start: __, ...rest } = newGuest.parse({ name: "web1" });
  return { ...rest, owner: "ada", kernel: "linux", disks: [], ...changes };
};

describe("a definition", () => {
  it("needs only a name; everything else has a sensible default", () => {
    expect(newGuest.parse({ name: "web1" })).toMatchObject({
      memoryMiB: 128,
      rootDevice: "/dev/ubda",
      consoles: [{ name: "con0", channel: "fd" }],
      restartPolicy: "on-crash",
    });
    expect(guestDefinition.parse(whole())).toMatchObject({ name: "web1" });
  });

  it("takes names of 1 and of 63 characters, and nothing that a shell, a path or a terminal would notice", () => {
    expect(name.safeParse("a").success).toBe(true);
    expect(name.safeParse("a".repeat(63)).success).toBe(true);
    for (const bad of [
      "",
      "a".repeat(64),
      "-a",
      "a-",
      "A",
      "a b",
      "a,b",
      "a\nb",
      "../a",
      "a/b",
      "ä",
      "\u001b[31m",
      "a.b",
    ]) {
      expect(name.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
    }
  });

  it.each([
    ["quiet", true],
    ["loglevel=7", true],
    ["systemd.unit=rescue.target", true],
    ["panic=5", true],
    ["a b", false],
    ["a,b", false],
    ["a\tb", false],
    ["a\nb", false],
    ['a="b"', false],
    ["mem=4G", false],
    ["ubd1=/etc/shadow", false],
    ["hostfs=/", false],
    ["con1=tty:/dev/tty1", false],
    ["ssl0=port:9000", false],
    ["init=/bin/sh", false],
    ["mconsole=notify:/tmp/x", false],
    ["umid=../evil", false],
    ["vec0:transport=raw", false],
    ["console=ttyS0", false],
    ["initrd=/etc/shadow", false],
    ["=x", false],
    ["", false],
  ])("judges the kernel argument %j: %s", (argument, allowed) => {
    expect(kernelArgument.safeParse(argument).success).toBe(allowed);
  });

  it("keeps host paths absolute, plain and without ..", () => {
    expect(hostPath.safeParse("/srv/share-1/a_b.c").success).toBe(true);
    for (const bad of ["srv", "/a/../b", "/a b", "/a,b", "/a:b", "/a\0b", "/", "/..", "/a\n"]) {
      expect(hostPath.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
    }
  });

  it("says which field is wrong and what is allowed", () => {
    const result = newGuest.safeParse({
      name: "web1",
      memoryMiB: 8,
      consoles: [{ name: "con16" }],
      disks: [{ ubd: 16 }],
    });
    const issues = result.error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? [];
    expect(issues.some((issue) => issue.startsWith("memoryMiB: ") && issue.includes("32"))).toBe(true);
    expect(issues.some((issue) => issue.startsWith("consoles.0.name: must be con0 to con15"))).toBe(true);
    expect(issues.some((issue) => issue.startsWith("disks.0.ubd: must be 0 to 15"))).toBe(true);
  });

  it("keeps two serial lines for Corral, and refuses the same device twice", () => {
    expect(guestDefinition.safeParse(whole({ consoles: [{ name: "ssl63", channel: "fd" }] })).success).toBe(false);
    const twice = [
      { name: "con1", channel: "fd" },
      { name: "con1", channel: "null" },
    ];
    expect(guestDefinition.safeParse(whole({ consoles: twice })).error?.issues[0]?.message).toContain(
      "same console twice",
    );
  });

  it("refuses fields it does not know, so that a typing error is never silently nothing", () => {
    expect(newGuest.safeParse({ name: "web1", memory: 64 }).success).toBe(false);
    expect(guestChanges.safeParse({ memoryMib: 64 }).success).toBe(false);
    expect(guestChanges.parse({})).toEqual({});
  });
});
