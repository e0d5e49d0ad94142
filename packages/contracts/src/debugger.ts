import { z } from "zod";
import { shownText, timestamp } from "./text.ts";

/* gdb and strace on the host process that is a guest's kernel: docs/debugger.md. */

/** A debugger in which nobody types for so long is detached: a guest must not stand still for a forgotten tab. */
export const DEBUGGER_IDLE_MINUTES = 30;
export const debugTool = z.enum(["gdb", "strace"]);
export type DebugTool = z.infer<typeof debugTool>;

/** Who has a debugger on a guest's kernel. */
export const guestDebugger = z.object({
  tool: debugTool,
  user: shownText,
  since: timestamp,
  holds: z.boolean().describe("The guest stands still under gdb, until it is told to continue"),
});
export type GuestDebugger = z.infer<typeof guestDebugger>;

/** Processes of a guest that strace may follow. Its programs' own are the kernel's to trace, and no second one may. */
export const straceTarget = z.enum(["kernel", "helpers", "all"]);
export type StraceTarget = z.infer<typeof straceTarget>;

export const syscallSet = z.enum(["all", "desc", "file", "memory", "network", "process", "signal", "clock"]);
export type SyscallSet = z.infer<typeof syscallSet>;

export const STRACE_TARGETS: Record<StraceTarget, string> = {
  kernel: "The kernel's process",
  helpers: "Its helpers (disk I/O, interrupts, window size)",
  all: "The kernel and its helpers",
};

export const SYSCALL_SETS: Record<SyscallSet, string> = {
  all: "All",
  desc: "File descriptors: read, write, epoll",
  file: "File names: open, stat, unlink",
  memory: "Memory: mmap, munmap, mprotect",
  network: "Network: socket, sendmsg, recvmsg",
  process: "Processes: clone, wait, exit",
  signal: "Signals: rt_sigaction, rt_sigprocmask, kill",
  clock: "Clocks: clock_gettime",
};

export const debuggerState = z.object({
  enabled: z.boolean().describe("Whether the server was started with CORRAL_DEBUGGER=1"),
  tools: z.array(
    z.object({
      tool: debugTool,
      unavailable: shownText.nullable().describe("Why it cannot be used on this host, and what to do; null: it can"),
    }),
  ),
  debugger: guestDebugger.nullable(),
});
export type DebuggerState = z.infer<typeof debuggerState>;
