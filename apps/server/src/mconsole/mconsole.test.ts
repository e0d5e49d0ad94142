import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CorralEvent, ErrorCode, Guest, GuestDevices, Kernel, SysrqKey } from "@corral/contracts";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Server } from "../server.ts";
import { WholeServer, wholeHome } from "../testing/wholeServer.ts";

/** Only ever reached by a failure. */
const PATIENCE_MS = 40_000;

/* One real guest behind a whole server, for all that is asked of its management console over the API. */
describe("a guest's management console over the API", () => {
  const home = wholeHome();
  let whole: WholeServer;
  let server: Server;
  /** The interface that the definition has at last. */
  let defined = "eth0";

  const call = async <T>(
    method: NonNullable<InjectOptions["method"]>,
    path: string,
    body?: object,
    who = "ada",
  ): Promise<{ status: number; body: T; code: ErrorCode | undefined; message: string }> => {
    const answer = await whole.call(method, `/guests${path === "" ? "" : `/${path}`}`, body, who);
    const json = answer.body === "" ? null : answer.json();
    return { status: answer.statusCode, body: json, code: json?.error?.code, message: json?.error?.message ?? "" };
  };
  const command = <T = { text: string }>(path: string, body?: object, who?: string) =>
    call<T>(body === undefined ? "GET" : "POST", `web1/mconsole/${path}`, body, who);
  const guest = async (): Promise<Guest> => (await call<Guest>("GET", "web1")).body;
  const until = async (condition: () => Promise<boolean> | boolean, what: string): Promise<void> => {
    for (const deadline = Date.now() + PATIENCE_MS; !(await condition()); await sleep(20)) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    }
  };
  const state = (...states: Guest["state"][]) =>
    until(async () => states.includes((await guest()).state), `state ${states}`);
  const events = (type: CorralEvent["type"]): CorralEvent[] =>
    server.app.services.store.events.list({ limit: 500 }).filter((event) => event.type === type);
  const inGuest = (shell: string): void => {
    const port = { send: () => {}, sendBytes: () => {}, bufferedBytes: () => 0, close: () => {} };
    const { supervisor, store } = server.app.services;
    const viewer = supervisor.attach(store.guests.find("web1")?.id ?? "", "con0", port, {
      cols: 80,
      rows: 24,
      role: "writer",
      user: "test",
      from: "here",
    });
    viewer.input(Buffer.from(`${shell}\n`));
    viewer.detach();
  };
  const bootLog = async (): Promise<string> => {
    const { supervisor, store } = server.app.services;
    const { bytes } = supervisor.readLog(store.guests.find("web1")?.id ?? "", "con0", undefined, 100_000);
    return Buffer.from(bytes).toString();
  };
  const prompt = () => until(async () => /web1:~# /.test((await bootLog()).slice(-200)), "a prompt");

  beforeAll(async () => {
    whole = await WholeServer.start(home);
    server = whole.server;
    whole.user("olga", "user");
    whole.user("eve", "user");
    const wish = { name: "web1", image: "demo", memoryMiB: 64, owner: "olga", restartPolicy: "never", start: true };
    expect((await call("POST", "", wish)).status).toBe(201);
    await state("running");
    await prompt();
  });

  afterAll(async () => {
    await whole.end();
    rmSync(home, { recursive: true, force: true });
  });

  it("answers each command, to those who may, and keeps who asked what", async () => {
    expect((await command("version", undefined, "olga")).body.text).toMatch(/^Linux \S+ \d+\.\d+/);
    expect((await command("help")).body.text).toContain("sysrq");
    expect((await command("config/ubd0")).body.text).toMatch(/ubd0\.cow,/);
    expect((await command("proc?path=meminfo")).body.text).toMatch(/^MemTotal:/);
    expect((await command("stack/1")).body.text).toContain("Call Trace");
    expect((await command("sysrq", { key: "m" }, "olga")).body.text).toContain("Mem-Info");
    expect((await command("log", { lines: ["one from outside", "wörldly"] })).status).toBe(200);
    await until(async () => (await bootLog()).includes("one from outside"), "the line on the console");
    expect((await command("raw", { command: "config con0" })).status).toBe(200);
    expect((await command("version", undefined, "eve")).code).toBe("not_found");
    expect((await command("raw", { command: "version" }, "olga")).code).toBe("not_allowed");

    const told = events("guest.mconsole").map(({ message, actor }) => [actor, message]);
    expect(told).toContainEqual(["olga", expect.stringMatching(/^olga: mconsole version of web1: Linux /)]);
    expect(told).toContainEqual(["olga", expect.stringMatching(/sysrq m of web1/)]);
    const before = events("guest.mconsole").length;
    await command("proc?path=meminfo");
    expect(events("guest.mconsole")).toHaveLength(before);
  });

  it("says what each SysRq key does, asks before it interrupts, and refuses what wrecks", async () => {
    const { items } = (await command<{ items: SysrqKey[] }>("sysrq")).body;
    const danger = Object.fromEntries(items.map((item) => [item.key, item.danger]));
    expect(danger).toMatchObject({ m: "none", s: "none", e: "asks", c: "asks", t: "refused", b: "refused" });
    expect(await command("sysrq", { key: "i" })).toMatchObject({ status: 428, code: "needs_confirmation" });
    expect(await command("sysrq", { key: "b", confirm: true })).toMatchObject({
      code: "impossible",
      message: expect.stringContaining("hangs the guest"),
    });
    expect((await command("raw", { command: "halt" })).code).toBe("needs_confirmation");
    expect((await command("raw", { command: "proc kcore", confirm: true })).code).toBe("impossible");
    expect((await guest()).state).toBe("running");
  });

  it("answers bad input clearly, and sends none of it", async () => {
    for (const [path, body, code] of [
      ["raw", { command: `log ${"x".repeat(600)}` }, "invalid_request"],
      ["raw", { command: "version\u0000" }, "invalid_request"],
      ["raw", { command: "log a\nsysrq b" }, "invalid_request"],
      ["raw", { command: "nonsense" }, "impossible"],
      ["log", { lines: ["x".repeat(506)] }, "invalid_request"],
      ["log", { lines: ["a\u001b[2J"] }, "invalid_request"],
      ["sysrq", { key: "tt" }, "invalid_request"],
      ["remove", { device: "ssl63" }, "invalid_request"],
      ["remove", { device: "../x" }, "invalid_request"],
      ["config", { device: "ubd1", value: "/x\ny" }, "invalid_request"],
      ["config", { device: "ubd9", value: "/nosuch/file" }, "guest_refused"],
      ["remove", { device: "ubd7" }, "guest_refused"],
    ] as const) {
      expect([path, JSON.stringify(body).slice(0, 60), (await command(path, body)).code]).toEqual([
        path,
        JSON.stringify(body).slice(0, 60),
        code,
      ]);
    }
    expect((await command("proc?path=../etc/passwd")).code).toBe("invalid_request");
    expect((await command("proc?path=1/root/dev/zero")).code).toBe("impossible");
    expect((await command("proc?path=nosuch")).code).toBe("guest_refused");
    expect((await command("config/ubd16")).code).toBe("invalid_request");
    expect((await command("stack/99999")).message).toContain("Couldn't find that pid");
  });

  it("takes ten commands at once, and bounds how many a guest is sent", async () => {
    const ten = await Promise.all(Array.from({ length: 10 }, () => command("version")));
    expect(ten.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const codes = (await Promise.all(Array.from({ length: 200 }, () => command("proc?path=uptime")))).map(
      ({ code }) => code,
    );
    expect(new Set(codes)).toEqual(new Set([undefined, "too_many_requests"]));
    await until(async () => (await command("version")).status === 200, "the limit to refill");
    // So that the next case finds it full again.
    await sleep(1_500);
  });

  it("plugs a disk in and out, with the kernel's own refusal, for a run or for good", async () => {
    const disk = { ubd: 1, source: { kind: "empty", sizeMiB: 2 } };
    const plugged = await call<GuestDevices>("POST", "web1/devices/disks", { disk }, "olga");
    expect(plugged.body.devices).toContainEqual(
      expect.objectContaining({ device: "ubd1", plugged: true, defined: false }),
    );
    expect((await call("POST", "web1/devices/disks", { disk })).code).toBe("in_use");
    inGuest("mkdir -p /mnt; mke2fs /dev/ubdb >/dev/null 2>&1; exec 9</dev/ubdb; echo opened-$((40+2))");
    await until(async () => (await bootLog()).includes("opened-42"), "the guest to open its disk");
    const refused = await command("remove", { device: "ubd1" }, "olga");
    expect(refused).toMatchObject({
      code: "guest_refused",
      message: expect.stringContaining("Device is currently open"),
    });
    inGuest("exec 9<&-; echo closed-$((40+3))");
    await until(async () => (await bootLog()).includes("closed-43"), "the guest to close its disk");
    expect((await command("remove", { device: "ubd1" }, "olga")).status).toBe(200);

    // Over an image, and for good: no restart is needed for it, and the file lies where the next launch looks.
    const kept = { disk: { ubd: 2, source: { kind: "image", image: "demo" } }, keep: true };
    expect((await call("POST", "web1/devices/disks", kept, "olga")).code).toBeUndefined();
    inGuest("head -c 4 /dev/ubdc >/dev/null && cat /sys/block/ubdc/size; echo read-$((40+4))");
    await until(async () => (await bootLog()).includes("read-44"), "the guest to read its disk");
    expect(await guest()).toMatchObject({
      restartNeeded: false,
      definition: { disks: [{ ubd: 0 }, { ubd: 2 }] },
    });
    const image = (await bootLog()).match(/(\d+)\r\nread-44/)?.[1];
    expect(Number(image)).toBeGreaterThan(1000);
    // Out for this run, in again, and out for good.
    expect((await command("remove", { device: "ubd2", keep: true }, "olga")).status).toBe(200);
    expect((await guest()).definition.disks).toHaveLength(1);
    expect(
      (await call("POST", "web1/devices/disks", { disk: { ubd: 3, source: { kind: "file", path: "/etc/hosts" } } }))
        .code,
    ).toBe("impossible");
  });

  it("plugs the two ends of a cable in, through which packets go, and removes them in the kernel's words", async () => {
    const plug = (device: string, port: number, peerPort: number, keep: boolean) =>
      call(
        "POST",
        "web1/devices/interfaces",
        { interface: { transport: "l2tpv3", device, port, peerPort }, keep },
        "olga",
      );
    expect((await plug("vec0", 2000, 2001, true)).status).toBe(200);
    expect((await plug("vec1", 2001, 2000, false)).status).toBe(200);
    expect(await plug("vec1", 2003, 2004, false)).toMatchObject({ code: "in_use" });
    expect(await plug("vec2", 2000, 2004, false)).toMatchObject({ code: "in_use" });
    expect((await plug("vec2,ifup=/bin/sh", 2005, 2004, false)).code).toBe("invalid_request");
    inGuest(
      "ip link set vec0 up; ip link set vec1 up; ip addr add 10.9.0.1/24 dev vec0; " +
        "while [ $(cat /sys/class/net/vec1/statistics/rx_packets) = 0 ]; do arping -c 1 -I vec0 10.9.0.2; done; echo cable-$((40+6))",
    );
    await until(async () => (await bootLog()).includes("cable-46"), "packets at the other end");
    const listed = async () =>
      (await call<GuestDevices>("GET", "web1/devices", undefined, "olga")).body.devices.filter(
        ({ kind }) => kind === "network",
      );
    expect(await listed()).toMatchObject([
      { device: "vec0", setting: "l2tpv3, port 2000 to 2001", plugged: true, defined: true },
      { device: "vec1", plugged: true, defined: false },
    ]);
    expect(await guest()).toMatchObject({ restartNeeded: false, definition: { interfaces: [{ device: "vec0" }] } });
    expect(await command("remove", { device: "vec1" }, "olga")).toMatchObject({
      code: "guest_refused",
      message: expect.stringContaining("Device is currently open"),
    });
    inGuest("ip link set vec0 down; ip link set vec1 down; echo down-$((40+7))");
    await until(async () => (await bootLog()).includes("down-47"), "the links to be down");
    expect((await command("remove", { device: "vec1" }, "olga")).status).toBe(200);
    expect((await command("remove", { device: "vec0", keep: true }, "olga")).status).toBe(200);
    expect(await listed()).toEqual([]);
    expect((await guest()).definition.interfaces).toEqual([]);
    // From the definition's own at the next start; of the older kind, where the kernel has that.
    const ends = { port: 2100, peerPort: 2101, mac: "02:00:00:00:00:07" };
    const kernels = (await whole.call("GET", "/kernels", undefined, "ada")).json().items as Kernel[];
    const ethTransports = kernels.flatMap(({ abilities }) => abilities.ethTransports);
    const older = await call("PATCH", "web1", { interfaces: [{ transport: "ucast", device: "eth0", ...ends }] });
    if (ethTransports.includes("ucast")) expect(older.status).toBe(200);
    else {
      expect(older.code).toBe("impossible");
      defined = "vec0";
      const newer = { transport: "l2tpv3", device: defined, ...ends };
      expect((await call("PATCH", "web1", { interfaces: [newer] })).status).toBe(200);
    }
    expect((await guest()).restartNeeded).toBe(true);
  });

  it("takes memory away and gives it back", async () => {
    const memory = await call<{ freeBeforeKiB: number; freeAfterKiB: number }>(
      "POST",
      "web1/devices/memory",
      { changeMiB: -4 },
      "olga",
    );
    expect(memory.body.freeBeforeKiB - memory.body.freeAfterKiB).toBeGreaterThan(1024);
    expect((await call("POST", "web1/devices/memory", { changeMiB: 4 }, "olga")).status).toBe(200);
  });

  it("hears the guest's own words, stripped and bounded, and shows its status", async () => {
    inGuest(`printf 'hello \\033[2Jfrom inside' > /proc/mconsole; echo 'status: 42 jobs left' > /proc/mconsole`);
    await until(async () => (await guest()).statusLine?.text === "42 jobs left", "the status");
    expect(events("guest.message").map(({ message }) => message)).toContain("web1 says: hello [2Jfrom inside");
    expect(events("guest.notified").map(({ data }) => data.kind)).toContain("ready");
    inGuest("i=0; while [ $i -lt 300 ]; do echo flood > /proc/mconsole; i=$((i+1)); done; echo flooded-$((40+5))");
    await until(async () => (await bootLog()).includes("flooded-45"), "the flood");
    expect(events("guest.message").length).toBeLessThanOrEqual(60);
    expect((await command("version")).status).toBe(200);
  });

  it("tells a paused guest, which answers, from a frozen one, and halts it the safe way round", async () => {
    expect((await command<Guest>("stop", {})).body.state).toBe("paused");
    expect((await command("version")).status).toBe(200);
    expect((await command("stop", {})).code).toBe("wrong_state");
    expect((await command<Guest>("go", {})).body.state).toBe("running");

    const record = JSON.parse(readFileSync(join(home, "guests", (await guest()).id, "launch.json"), "utf8"));
    const { pid } = record.process.kernel;
    process.kill(pid, "SIGSTOP");
    const underWay = command("version");
    await sleep(50);
    // It dies in the middle of an answer: whoever waits is told at once, not after the time for an answer.
    process.kill(record.process.init.pid, "SIGKILL");
    expect(await underWay).toMatchObject({ code: "wrong_state", message: expect.stringContaining("ended while") });
    await state("crashed");
    expect((await command("version")).code).toBe("wrong_state");
  });

  it("panics on purpose, and says so at once", async () => {
    expect((await call("POST", "web1/actions/start")).status).toBe(202);
    await state("running");
    await prompt();
    inGuest(`cat /sys/class/net/${defined}/address; echo address-$((40+8))`);
    await until(async () => /02:00:00:00:00:07\s+address-48/.test(await bootLog()), "the interface of the definition");
    expect((await command("sysrq", { key: "c" })).code).toBe("needs_confirmation");
    expect((await command("sysrq", { key: "c", confirm: true })).status).toBe(200);
    await state("crashed");
    expect((await guest()).ending).toMatchObject({ kind: "panic" });
    expect(events("guest.notified").map(({ message }) => message)).toContainEqual(
      expect.stringContaining("kernel panic: sysrq triggered crash"),
    );
  });
});
