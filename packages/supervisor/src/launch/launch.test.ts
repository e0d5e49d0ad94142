import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { argumentsOf, childrenOf } from "../sandbox/processes.ts";
import { processesOf, TestFleet } from "../testing/fleet.ts";

describe("a launched guest", () => {
  let fleet: TestFleet;
  let shared: string;
  let booted: Awaited<ReturnType<TestFleet["boot"]>>;
  beforeAll(async () => {
    // What UML takes for the end of an argument, or for two of them, is no part of what it is told.
    fleet = await TestFleet.open(mkdtempSync(join(tmpdir(), "corral my, da:ta=")));
    shared = mkdtempSync(join(tmpdir(), "corral-shared-"));
    chmodSync(shared, 0o777);
    booted = await fleet.boot("web1", {
      consoles: [
        { name: "con0", channel: "fd" },
        { name: "con1", channel: "fd" },
        { name: "ssl2", channel: "fd" },
        { name: "con3", channel: "null" },
      ],
      shares: [
        { name: "data", folder: shared, readOnly: false },
        { name: "docs", folder: shared, readOnly: true },
      ],
      niceness: 7,
    });
  });
  afterAll(async () => {
    await fleet.end();
    rmSync(shared, { recursive: true });
  });

  it("shows its console from the first line on", () => {
    expect(booted.console.text()).toMatch(/^Core dump limits|^Checking/);
  });

  it("has the window size of its viewer, and follows it", async () => {
    booted.console.resize(101, 37);
    booted.console.type("stty size\r");
    await booted.console.see(/37 101/);
  });

  it("has a shell on every console that was asked for, each with a log of its own", async () => {
    for (const name of ["con1", "ssl2"]) {
      const console = fleet.view(booted.spec.id, name);
      console.type("\recho on $(tty)\r");
      await console.see(name === "con1" ? /on \/dev\/tty1/ : /on \/dev\/ttyS2/);
      console.detach();
    }
  });

  it("has the memory it was given, every time the same", async () => {
    booted.console.type("grep MemTotal /proc/meminfo\r");
    const shown = await booted.console.see(/MemTotal: +(\d+) kB/);
    expect(Number(/MemTotal: +(\d+)/.exec(shown)?.[1])).toBeGreaterThan(50_000);
  });

  it("holds exactly the descriptors it is meant to have", () => {
    const { pid } = fleet.supervisor.status(booted.spec.id);
    const open = readdirSync(`/proc/${pid}/fd`)
      .map((fd) => [Number(fd), readlinkSync(`/proc/${pid}/fd/${fd}`)] as const)
      .sort(([a], [b]) => a - b);
    const record = JSON.parse(readFileSync(`${fleet.home}/guests/${booted.spec.id}/launch.json`, "utf8"));
    const numberOf = (name: string) => record.consoles.find((c: { name: string }) => c.name === name).pty;
    // 0-2 con0's slave, 3 free again (bwrap's status file), 4 the kernel log, then the masters and the other slaves;
    // the guest link's two sockets are the last.
    const handed = open.filter(([fd]) => fd <= 9);
    expect(handed.slice(0, 3).map(([, path]) => path)).toEqual(Array(3).fill(`/dev/pts/${numberOf("con0")}`));
    expect(new Map(handed).get(4)).toBe(`${fleet.home}/guests/${booted.spec.id}/kernel.log`);
    const masters = record.consoles.map((c: { fd: number }) => new Map(handed).get(c.fd));
    expect(masters).toEqual(
      ["/dev/ptmx", "/dev/ptmx", "/dev/ptmx"].map((path) => expect.stringContaining(path.slice(5))),
    );
    const known = [
      /^\/dev\/pts\//,
      /ptmx$/,
      /kernel\.log$/,
      /ubd0\.cow$/,
      /image\.img$|demo\.img$/,
      /^\/dev\/shm\//,
      /^pipe:/,
      /^socket:/,
      /^anon_inode:/,
      /^\/dev\/null$/,
      /^\/dev\/random$/,
    ];
    for (const [fd, path] of open) {
      expect(
        known.some((pattern) => pattern.test(path)),
        `descriptor ${fd} is ${path}`,
      ).toBe(true);
    }
    expect(open.filter(([, path]) => /ptmx$/.test(path))).toHaveLength(3);
    expect(open.some(([, path]) => /corral\.db|lock$|launch\.json|sandbox-status/.test(path))).toBe(false);
  });

  it("writes its kernel's messages to the kernel log, and nothing else", () => {
    const { bytes } = fleet.supervisor.readLog(booted.spec.id, "kernel", 0, 1 << 20);
    const log = Buffer.from(bytes).toString();
    expect(log).toMatch(/^Linux version 6\./m);
    expect(log).toContain("as init process");
    expect(log).not.toContain("stty size");
  });

  it("stands back behind the rest of the host as far as it was told, as a process and as a session", () => {
    const kernel = fleet.supervisor.status(booted.spec.id).pid;
    const fields = readFileSync(`/proc/${kernel}/stat`, "utf8").split(") ")[1]?.split(" ");
    expect(fields?.[16]).toBe("7");
    // Where the host has autogroups at all.
    if (existsSync(`/proc/${kernel}/autogroup`)) {
      expect(readFileSync(`/proc/${kernel}/autogroup`, "utf8")).toMatch(/ nice 7\n$/);
    }
  });

  it("has the folders it was given, writable or not", async () => {
    booted.console.type("echo from-the-guest > /shares/data/note; cat /shares/docs/note; touch /shares/docs/x\r");
    await booted.console.see(/\nfrom-the-guest\r\n[\s\S]*docs\/x: (Read-only|Permission)/);
    expect(readFileSync(join(shared, "note"), "utf8")).toBe("from-the-guest\n");
  });

  it("can load the modules of its kernel, which its image does not have", async () => {
    booted.console.type("modprobe overlay && grep overlay /proc/filesystems\r");
    await booted.console.see(/nodev\s+overlay/);
  });

  it("can see nothing of the host through hostfs but its sandbox, and change nothing there", async () => {
    booted.console.type(
      "mkdir /h; mount -t hostfs none /h -o /.. && ls /h; echo listed; touch /h/x; touch /h/dev/x; cat /h/etc/passwd\r",
    );
    const shown = await booted.console.see(/\nlisted\r\n[\s\S]*can't open.*passwd/);
    expect(shown).toMatch(/\bimages\b[\s\S]*\bshares\b/);
    expect(shown).not.toMatch(/\b(home|root:x)\b/);
    expect(shown.match(/touch: .*(Read-only file system|Permission denied)/g)).toHaveLength(2 + 1);
  });

  it("is told nothing of where the host keeps its data", async () => {
    booted.console.type("cat /proc/cmdline; echo told-$((1+1))\r");
    const shown = await booted.console.see(/told-2/);
    expect(shown).toMatch(/uml_dir=\/corral\/u .*mconsole=notify:\/corral\/s\/notify/);
    expect(shown.slice(shown.indexOf("cat /proc/cmdline"))).not.toMatch(/da:ta|\/tmp\//);
    expect(await fleet.supervisor.mconsole(booted.spec.id, "version")).toMatch(/^Linux web1 /);
  });

  it("is gone to the last process after Force off, although somebody has stopped its sandbox", async () => {
    expect(processesOf(fleet.supervisor.runFolder).length).toBeGreaterThan(1);
    // What it waits for are zombies from then on: nobody says that they have ended.
    const outer = childrenOf(process.pid).find((pid) => argumentsOf(pid)[0] === "bwrap") as number;
    process.kill(outer, "SIGSTOP");
    await fleet.supervisor.act(booted.spec.id, "force-off");
    await fleet.state(booted.spec.id, "stopped");
    expect(processesOf(fleet.supervisor.runFolder)).toEqual([]);
    expect(fleet.supervisor.status(booted.spec.id).ending?.kind).toBe("forced-off");
  });
});
