import { describe, expect, it } from "vitest";
import { whyForbidden } from "./forbidden.ts";

describe("whyForbidden", () => {
  it.each([
    "version",
    "help",
    "halt",
    "go",
    "config con0",
    "config mem=-40M",
    "config ubd1r=/disks/a.img,/images/b.img,S1",
    "config vec0:transport=tap,ifname=t0",
    "remove ubd1",
    "sysrq m",
    "sysrq 9",
    "log hello, wörld\n",
    "proc meminfo",
    "proc sys/kernel/osrelease",
    "proc fs/ext4/ubda/options",
    "proc 1/mounts",
    "proc self/mountinfo",
    "stack 1",
  ])("lets %j through", (command) => {
    expect(whyForbidden(command, "6.1.176")).toBeNull();
  });

  it.each([
    "",
    " version",
    "version\n",
    "versionfoo",
    "constructor",
    "int",
    "halt now",
    "sysrq",
    "sysrqt",
    "sysrq  t",
    "sysrq t",
    "sysrq tt",
    "sysrq b",
    "sysrq c",
    "sysrq ",
    "sysrq \n",
    "log one\ntwo\n",
    "log \u001b[2J\n",
    "log no newline",
    "proc",
    "proc kcore",
    "proc ./kcore",
    "proc /kcore",
    "proc //kcore",
    "proc sys/../kcore",
    "proc kmsg",
    "proc kpagecount",
    "proc 1/root/dev/zero",
    "proc self/root/proc/kcore",
    "proc self/fd/0",
    "proc thread-self/mounts/x",
    "proc a\0b",
    "proc meminfo\n",
    "stack 0",
    "stack -1",
    "stack 1 2",
    "config con=pts",
    "config con0=a\nb",
    "config con0=\0",
    "remove mem",
    "remove con0 con1",
  ])("refuses %j", (command) => {
    expect(whyForbidden(command, "6.1.176")).toEqual(expect.any(String));
  });

  it("allows sysrq t where the kernel survives it", () => {
    expect(whyForbidden("sysrq t", "6.12.101")).not.toBeNull();
    expect(whyForbidden("sysrq t", null)).not.toBeNull();
    expect(whyForbidden("sysrq t", "7.2.7")).toBeNull();
  });
});
