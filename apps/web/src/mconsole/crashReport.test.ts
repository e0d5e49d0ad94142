import { expect, it } from "vitest";
import { crashIn } from "./crashReport.ts";

/** As 6.1 printed it, shortened. */
const LOG = `Run /sbin/init as init process
sysrq: Trigger a crash
Kernel panic - not syncing: sysrq triggered crash
CPU: 0 PID: 26 Comm: sh Not tainted 6.1.176 #1
Stack:
 7bc13de0 60029d3a 00000000 600d4b1c
Call Trace:
 [<60029d3a>] show_stack+0x134/0x146
 [<60341cd1>] dump_stack_lvl+0x60/0x7b

Pid: 26, comm: sh Not tainted 6.1.176
RIP: 0033:[<0000000040179bb7>]
RSP: 0000007fbf9c6d28  EFLAGS: 00000246
RAX: 0000000000000002 RBX: 00000000401f2540 RCX: 0000000040179bb7
`;

it("picks the last panic, its registers and its trace out of a kernel log", () => {
  const crash = crashIn(`Kernel panic - not syncing: an older one\n${LOG}`);
  expect(crash?.message).toBe("sysrq triggered crash");
  expect(crash?.trace).toEqual(["[<60029d3a>] show_stack+0x134/0x146", "[<60341cd1>] dump_stack_lvl+0x60/0x7b"]);
  expect(crash?.registers.join("\n")).toMatch(/RIP: 0033.*RSP: .*RAX: /s);
  expect(crash?.text).toContain("Call Trace:");
  expect(crashIn("all is well")).toBeNull();
});
