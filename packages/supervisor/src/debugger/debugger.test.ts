import { readFileSync } from "node:fs";
import type { DebugRequest, StraceTarget, SyscallSet } from "@corral/contracts";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { GuestSpec } from "../index.ts";
import { tracerOf } from "../sandbox/processes.ts";
import { TestFleet, until, type Viewing } from "../testing/fleet.ts";

/** One guest, whose console says every tenth of a second that it goes on. */
let fleet: TestFleet;
let spec: GuestSpec;
let console: Viewing;
let pid: number;
beforeAll(async () => {
  fleet = await TestFleet.open();
  ({ spec, console } = await fleet.boot("debugged"));
  // Another window size interrupts the pause, and must not end the loop.
  console.type("n=0; while true; do usleep 100000; n=$((n+1)); echo beat-$n; done\r");
  pid = fleet.supervisor.status(spec.id).pid as number;
  await beats();
});
afterEach(() => fleet.supervisor.endDebugger(spec.id, "Its test has ended."));
afterAll(() => fleet.end());

const lastBeat = (): number =>
  Number(
    console
      .text()
      .match(/beat-(\d+)\r/g)
      ?.at(-1)
      ?.match(/\d+/)?.[0] ?? 0,
  );

/** Whether it runs, sleeps, is stopped or traced, where in the host's kernel, and the timers that it has set. */
const stateOf = (process: number): string =>
  ["stat", "wchan", "timers"].map((file) => readFileSync(`/proc/${process}/${file}`, "latin1").trim()).join(", ");

/** Waits until the guest has said so three times more. */
const beats = async (): Promise<void> => {
  const before = lastBeat();
  await until(
    () => lastBeat() > before + 2,
    () => `the guest to go on; its kernel: ${stateOf(pid)}; its console ends: ${console.text().slice(-200)}`,
  );
};

const GDB = { type: "attach", tool: "gdb", confirm: true, cols: 100, rows: 30 } as const;
const strace = (target: StraceTarget, syscalls: SyscallSet): DebugRequest => ({
  ...GDB,
  tool: "strace",
  target,
  syscalls,
});

const attach = async (request: DebugRequest) => {
  let text = "";
  let reason: string | null = null;
  const session = await fleet.supervisor.debug(spec.id, {
    request,
    user: "ada",
    listener: {
      onOutput: (bytes) => {
        text += Buffer.from(bytes).toString("latin1");
      },
      onEnded: (words) => {
        reason = words;
      },
    },
  });
  return {
    session,
    type: (keys: string) => session.write(Buffer.from(keys)),
    /** What it printed since the last time, as soon as that is so. */
    see: async (pattern: RegExp): Promise<string> => {
      await until(
        () => pattern.test(text),
        () => `${pattern} of the debugger; it said: ${JSON.stringify(text.slice(-1500))}`,
      );
      const seen = text;
      text = "";
      return seen;
    },
    ended: async (): Promise<string | null> => {
      await until(
        () => reason !== null,
        () => `the debugger to end; it said: ${JSON.stringify(text.slice(-1500))}`,
      );
      return reason;
    },
  };
};

const PROMPT = /\(gdb\) $/;

it("gdb holds the kernel, whoever asks the guest something is told so, and it goes on after the detaching", async () => {
  const gdb = await attach(GDB);
  const { supervisor } = fleet;
  const holds = (wanted: boolean) =>
    until(
      () => supervisor.status(spec.id).debugger?.holds === wanted,
      () => `gdb to hold the guest: ${wanted}`,
    );
  await gdb.see(PROMPT);
  await holds(true);
  expect(supervisor.status(spec.id)).toMatchObject({ state: "running", debugger: { tool: "gdb", user: "ada" } });
  const held = { code: "wrong_state", message: expect.stringContaining("held by a debugger (gdb of ada)") };
  await expect(supervisor.mconsole(spec.id, "version")).rejects.toMatchObject(held);
  await expect(supervisor.act(spec.id, "pause")).rejects.toMatchObject(held);
  await expect(supervisor.act(spec.id, "shutdown")).rejects.toMatchObject(held);
  expect(() => supervisor.inside(spec.id)).toThrow("held by a debugger");
  await expect(attach(strace("kernel", "all"))).rejects.toMatchObject({ code: "in_use" });

  gdb.type("continue\r");
  await beats();
  await holds(false);
  expect(await supervisor.mconsole(spec.id, "version")).toContain("Linux");
  gdb.type("\u0003");
  await gdb.see(PROMPT);
  await holds(true);
  gdb.type("kill\r");
  await gdb.see(/Force off.*\r\n.*\(gdb\) $/);
  gdb.type("detach\rquit\r");
  expect(await gdb.ended()).toBe("gdb has ended.");
  await beats();
  expect(supervisor.status(spec.id).debugger).toBeNull();
  expect(tracerOf(pid)).toBeNull();
});

it("gdb can reach nothing but the guest: no shell, no file of the host's, no other process, no network", async () => {
  const gdb = await attach(GDB);
  await gdb.see(PROMPT);
  gdb.type("shell id\r");
  expect(await gdb.see(PROMPT)).toContain("Cannot execute");
  const ask = async (expression: string): Promise<string> => {
    gdb.type(`python import os, socket; print("<", ${expression}, ">")\r`);
    return /< (.*) >\r/s.exec(await gdb.see(PROMPT))?.[1] ?? "";
  };
  expect((await ask("sorted(os.listdir('/'))")).match(/\w+/g)).toEqual(
    expect.not.arrayContaining(["bin", "etc", "home", "root", "tmp", "var"]),
  );
  expect(await ask(`os.path.exists(${JSON.stringify(fleet.home)}), os.path.exists("/usr/bin/sh")`)).toBe("False False");
  expect(await ask("sorted(set(open('/proc/%s/comm' % p).read() for p in os.listdir('/proc') if p.isdigit()))")).toBe(
    "['bwrap\\n', 'gdb\\n', 'linux\\n']",
  );
  expect(await ask("[name for _, name in socket.if_nameindex()]")).toBe("['lo']");
  // An ordinary user's may trace, in the guest's user namespace alone: docs/debugger.md.
  expect(await ask("[l for l in open('/proc/self/status') if l[:6] in ('CapEff', 'NoNewP')]")).toContain(
    process.getuid?.() === 0 ? "0000000000000000" : "0000000000080000",
  );
  gdb.type('python open("/x", "w")\r');
  expect(await gdb.see(PROMPT)).toMatch(/Read-only|Permission denied/);
  await gdb.session.end("Enough.");
});

it.each(["at its prompt", "while the guest runs under it, with a breakpoint that is hit"])(
  "gdb that is ended %s lets the guest go on",
  async (where) => {
    const gdb = await attach(GDB);
    await gdb.see(PROMPT);
    if (where !== "at its prompt") {
      // Where the kernel goes on after the system call that it is in.
      gdb.type("up\r");
      await gdb.see(PROMPT);
      gdb.type("break *$pc\r");
      await gdb.see(PROMPT);
      gdb.type("ignore 1 1000000\r");
      await gdb.see(PROMPT);
      gdb.type("continue\r");
      await beats();
    }
    await gdb.session.end("Its page was closed.");
    expect(await gdb.ended()).toBe("Its page was closed.");
    await beats();
    expect(tracerOf(pid)).toBeNull();
  },
);

it("gdb that takes no notice is killed, and the guest goes on", async () => {
  const gdb = await attach(GDB);
  await gdb.see(PROMPT);
  gdb.type("python import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]\r");
  await gdb.see(PROMPT);
  gdb.type("python print('begun'); time.sleep(1000)\r");
  await gdb.see(/begun\r\n/);
  await gdb.session.end("The server is stopping.");
  expect(await gdb.ended()).toMatch(/^The server is stopping\. .*was killed/);
  await beats();
});

it("a debugger ends with its server, and the next one finds a guest that runs", async () => {
  const gdb = await attach(GDB);
  await gdb.see(PROMPT);
  expect(await fleet.reopen([spec])).toMatchObject({ adopted: 1 });
  expect(await gdb.ended()).toBe("The server is stopping.");
  console = fleet.view(spec.id);
  await until(
    () => lastBeat() > 0,
    () => "the guest to go on",
  );
  await beats();
});

it.each([
  ["kernel", "all", /epoll|clock|ppoll|ptrace|wait4/],
  ["helpers", "desc", /SIGWINCH/],
  ["all", "signal", /rt_sig|SIGALRM/],
] as const)("strace of %s shows %s", async (target, syscalls, seen) => {
  const tool = await attach(strace(target, syscalls));
  await tool.see(/attached\r\n/);
  // The helper that watches the console's window sleeps until it has another size. It may be the last one attached to.
  let rows = 30;
  const resize = () => console.resize(80, 31 + (rows++ % 10));
  resize();
  const resizing = setInterval(resize, 300);
  await tool.see(seen).finally(() => clearInterval(resizing));
  await beats();
  expect(await fleet.supervisor.mconsole(spec.id, "version")).toContain("Linux");
  tool.type("\u0003");
  expect(await tool.ended()).toBe("strace has ended.");
  await beats();
});

it("a guest that is off has no kernel to attach to; one that is held is forced off all the same", async () => {
  const gdb = await attach(GDB);
  await gdb.see(PROMPT);
  await fleet.supervisor.act(spec.id, "force-off");
  expect(await gdb.ended()).toBe("The guest was forced off.");
  await expect(attach(GDB)).rejects.toMatchObject({ code: "wrong_state" });
});
