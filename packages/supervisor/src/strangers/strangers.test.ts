import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stranger } from "@corral/contracts";
import { KERNEL_PRELOAD } from "@corral/uml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PORT_TERMINAL } from "../lines/lineTools.ts";
import { demoImage, PROMPT, until, viewing } from "../testing/fleet.ts";
import { connectToPort } from "./strangerPort.ts";
import { Strangers } from "./strangers.ts";
import { listensOn } from "./umlProcesses.ts";

const KERNEL = "/usr/bin/linux.uml";

const folder = mkdtempSync(join(tmpdir(), "strange-"));
const started = new Set<ChildProcess>();
const strangers = new Strangers(join(folder, "run"), join(folder, "logs"));
let image: string;

/** As a person starts one. */
const byHand = (uml: string, ...more: string[]): ChildProcess => {
  const argv = [`umid=${uml.split("/").at(-1)}`, "mem=64M", `ubd0r=${image}`, "root=/dev/ubda", "ro", ...more];
  const child = spawn("setarch", ["-R", KERNEL, ...argv], {
    detached: true,
    cwd: folder,
    env: { PATH: `${folder}/bin:${process.env.PATH}`, HOME: join(folder, "home"), LD_PRELOAD: KERNEL_PRELOAD },
    stdio: "ignore",
  });
  started.add(child);
  child.once("exit", () => started.delete(child));
  return child;
};
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};
const endHard = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, "exit");
  // All of it: a kernel that is killed alone sets its programs loose.
  process.kill(-(child.pid as number), "SIGKILL");
  await gone;
};

/** Only this test's: the machine may have others. */
const list = async (): Promise<Stranger[]> =>
  (await strangers.list()).filter((each) => `${each.folder} ${each.commandLine}`.includes(folder));
const found = async (child: ChildProcess, accept: (stranger: Stranger) => boolean): Promise<Stranger> => {
  let last: Stranger | undefined;
  await until(
    async () => {
      last = (await list()).find(({ pid }) => pid === child.pid);
      return last !== undefined && accept(last);
    },
    () => `process ${child.pid}, is ${JSON.stringify(last)}`,
  );
  return last as Stranger;
};
const answers = ({ version }: Stranger): boolean => version !== null;

beforeAll(async () => {
  image = await demoImage();
  mkdirSync(join(folder, "run"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "home"));
});

afterAll(async () => {
  strangers.close();
  expect(readdirSync(join(folder, "run"))).toEqual([]);
  await Promise.all([...started].map(endHard));
  rmSync(folder, { recursive: true });
});

describe("guests that were started by hand", () => {
  let first: ChildProcess;
  let atHome: ChildProcess;
  let second: ChildProcess;

  it("are found in any umid directory, and answer", async () => {
    first = byHand("s1", `uml_dir=${folder}/u`, "con0=pts", "con=null", "ssl=null");
    atHome = byHand("s1", "con0=null", "con=null", "ssl=null");
    const here = await found(first, (stranger) => answers(stranger) && stranger.consoles.length > 0);
    expect(here).toMatchObject({ kind: "guest", umid: "s1", folder: `${folder}/u/s1`, program: KERNEL, note: null });
    expect(here.version).toMatch(/^Linux \S+ \d+\.\d+/);
    expect(here.commandLine).toContain(`uml_dir=${folder}/u`);
    expect(here.residentBytes).toBeGreaterThan(4 * 1024 * 1024);
    expect(Date.parse(here.startedAt ?? "")).toBeLessThanOrEqual(Date.now());
    expect(here.consoles).toContainEqual({ name: "con0", channel: expect.stringMatching(/^pts/) });
    // The same umid, and told apart.
    const other = await found(atHome, answers);
    expect(other).toMatchObject({ umid: "s1", folder: `${folder}/home/.uml/s1` });
    expect(other.id).not.toBe(here.id);
    expect((await list()).map(({ pid }) => pid).sort()).toEqual([first.pid, atHome.pid].sort());
  });

  it("take commands, and are not sent what wrecks them", async () => {
    const { id } = await found(first, answers);
    expect(await strangers.mconsole(id, "proc uptime")).toMatch(/^\s*[\d.]+ [\d.]+/);
    // While its kernel prints something else the words go to its console only.
    await until(
      async () => (await strangers.mconsole(id, "sysrq h")).includes("HELP"),
      () => "the kernel's help",
    );
    await strangers.mconsole(id, "stop");
    await expect(strangers.mconsole(id, "stop")).rejects.toMatchObject({ code: "guest_refused" });
    await strangers.mconsole(id, "go");
    for (const command of ["proc kcore", "sysrq t", "version\0", "int"]) {
      await expect(strangers.mconsole(id, command)).rejects.toMatchObject({ code: "impossible" });
    }
    await expect(strangers.mconsole("g1-1", "version")).rejects.toMatchObject({ code: "not_found" });
    await expect(strangers.clean(id)).rejects.toMatchObject({ code: "wrong_state" });
  });

  it("stay in the list while somebody else asks them", async () => {
    const { id } = await found(first, ({ consoles }) => consoles.length > 0);
    const [one, other] = await Promise.all([
      list(),
      list(),
      ...Array.from({ length: 20 }, () => strangers.mconsole(id, "version")),
    ]);
    for (const seen of [one, other]) {
      expect((seen as Stranger[]).find((each) => each.id === id)).toMatchObject({
        version: expect.stringContaining("Linux"),
        consoles: [{ name: "con0" }],
      });
    }
  });

  it("have a terminal on a pts, which goes on when it was left", async () => {
    const { id } = await found(first, ({ consoles }) => consoles.some(({ channel }) => /^pts:/.test(channel)));
    expect(() => viewing(strangers, id, "con0", 0)).toThrow("not open");
    await expect(strangers.openConsole(id, "con1", false)).rejects.toMatchObject({ code: "impossible" });
    await strangers.openConsole(id, "con0", false);
    const view = viewing(strangers, id, "con0", 0);
    view.type("\r");
    await view.see(PROMPT);
    view.type("echo $((6 * 7))-here\r");
    await view.see(/42-here/);
    view.detach();
    strangers.close();
    // Whoever kept it open meanwhile is another opener.
    const again = new Strangers(join(folder, "run"), join(folder, "logs"));
    await expect(again.openConsole(id, "con0", false)).rejects.toMatchObject({ code: "needs_confirmation" });
    await again.openConsole(id, "con0", true);
    const after = viewing(again, id, "con0", 0);
    after.type("echo $((6 * 8))-still\r");
    await after.see(/48-still/);
    again.close();
    expect(await strangers.mconsole(id, "version")).toContain("Linux");
  });

  it("have a terminal on a port, where the host has a telnet server for it", async () => {
    const port = await freePort();
    const guest = byHand("s3", `uml_dir=${folder}/u`, `con0=port:${port}`, "con=null", "ssl=null");
    const { id } = await found(guest, ({ consoles }) => consoles.some(({ channel }) => channel === `port:${port}`));
    await expect(strangers.openConsole(id, "con0", false)).rejects.toMatchObject({
      code: "impossible",
      message: expect.stringContaining("in.telnetd"),
    });
    symlinkSync(PORT_TERMINAL, join(folder, "bin", "in.telnetd"));
    // Twice at once is once.
    await Promise.all([strangers.openConsole(id, "con0", false), strangers.openConsole(id, "con0", false)]);
    const view = viewing(strangers, id, "con0", 0);
    await view.see(PROMPT);
    view.type("echo $((6 * 7))-by-port\r");
    await view.see(/42-by-port/);
    view.detach();
    // By a signal that takes along its helper for the console's window size, which has a process group of its own.
    const gone = once(guest, "exit");
    guest.kill("SIGTERM");
    await gone;
    await until(
      () =>
        strangers.openConsole(id, "con0", false).then(
          () => false,
          ({ code }) => code === "not_found",
        ),
      () => "its end",
    );
    expect(() => viewing(strangers, id, "con0", 0)).toThrow("not open");
    rmSync(`${folder}/u/s3`, { recursive: true, force: true });
  });

  it("are not connected to at a port of another process's, whatever they say", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const kernel = { pid: first.pid as number, startTime: "" };
    await expect(connectToPort(kernel, "con0", port)).rejects.toMatchObject({ code: "impossible" });
    expect(listensOn(process.pid, port)).toBe(true);
    server.close();
  });

  it("are not mistaken for one that took their folder", async () => {
    const before = await found(first, answers);
    rmSync(`${folder}/u/s1`, { recursive: true });
    expect((await found(first, ({ version }) => version === null)).note).toContain("removed");
    second = byHand("s1", `uml_dir=${folder}/u`, "con0=null", "con=null", "ssl=null");
    const after = await found(second, answers);
    expect(after.folder).toBe(before.folder);
    expect(after.id).not.toBe(before.id);
    expect(await found(first, ({ note }) => /now used by another/.test(note ?? ""))).toMatchObject({ version: null });
    await expect(strangers.mconsole(before.id, "version")).rejects.toMatchObject({ code: "wrong_state" });
  });

  it("end only when they are told to", async () => {
    const { id } = await found(atHome, answers);
    await strangers.mconsole(id, "stop");
    const gone = once(atHome, "exit");
    await strangers.mconsole(id, "halt");
    expect(await gone).toEqual([0, null]);
    expect((await list()).map(({ pid }) => pid).sort()).toEqual([first.pid, second.pid].sort());
    await expect(strangers.mconsole(id, "version")).rejects.toMatchObject({ code: "not_found" });
  });

  it("leave a folder behind that can be removed, and nothing else can", async () => {
    await endHard(second);
    await endHard(first);
    const left = async (): Promise<Stranger | undefined> => (await list()).find(({ kind }) => kind === "stale");
    await until(
      async () => (await left()) !== undefined,
      () => "what was left behind",
    );
    const stale = (await left()) as Stranger;
    expect(stale).toMatchObject({ umid: "s1", folder: `${folder}/u/s1`, pid: null, version: null });
    await expect(strangers.mconsole(stale.id, "version")).rejects.toMatchObject({ code: "not_found" });
    writeFileSync(`${folder}/u/s1/mine`, "");
    const withMore = (await left()) as Stranger;
    await expect(strangers.clean(withMore.id)).rejects.toMatchObject({ code: "impossible" });
    rmSync(`${folder}/u/s1/mine`);
    expect(await strangers.clean(((await left()) as Stranger).id)).toBe(`${folder}/u/s1`);
    expect(await list()).toEqual([]);
    await expect(strangers.clean(stale.id)).rejects.toMatchObject({ code: "not_found" });
    expect(readdirSync(`${folder}/u`)).toEqual([]);
  });
});
