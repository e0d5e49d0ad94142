import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { Guest, ServerFrame } from "@corral/contracts";
import { expect, onTestFinished, test, vi } from "vitest";
import { hashPassword } from "./people/password.ts";
import { TestSocket } from "./testing/testSocket.ts";
import { WholeServer } from "./testing/wholeServer.ts";

/* The data folder is a file system of its own that fails under the server: ext4 ends itself, as it does after a bad block. */

const DISK_BYTES = 512 * 1024 ** 2;
const PASSWORD = "correct horse battery";

/** Only root may mount; what is shown here does not depend on who the server runs as. */
const isRoot = process.getuid?.() === 0;

const failingDisk = () => {
  const folder = mkdtempSync(join(tmpdir(), "corral-failing-"));
  const image = `${folder}.img`;
  writeFileSync(image, "");
  truncateSync(image, DISK_BYTES);
  execFileSync("/usr/sbin/mkfs.ext4", ["-q", "-F", image]);
  execFileSync("mount", ["-o", "loop", image, folder]);
  onTestFinished(() => {
    // What was written last is still being given up.
    execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true });
    rmSync(image);
  });
  return { home: folder, fail: () => execFileSync("mount", ["-o", "remount,abort", folder]) };
};

test.runIf(isRoot)(
  `on a failing disk guests are worked in, paused, shut down and forced off, and what cannot be done says why${isRoot ? "" : " (skipped: only root may mount a disk)"}`,
  async () => {
    const { home, fail } = failingDisk();
    const whole = await WholeServer.start(home);
    onTestFinished(() => whole.server.close({ stopGuests: true }).then(() => {}));
    const { store } = whole.server.app.services;
    store.users.insert({ name: "carol", role: "user", passwordHash: await hashPassword(PASSWORD) });
    await whole.call("POST", "/guests", { name: "web1", image: "demo", memoryMiB: 64, start: true });
    const console = await TestSocket.open(whole, "/guests/web1/consoles/con0/attach", { headers: whole.headersOf() });
    console.send({ type: "attach", cols: 80, rows: 24 });
    await console.frame<ServerFrame>(({ type }) => type === "hello");
    await console.see(/web1:~# /);
    await console.frame<ServerFrame>((frame) => frame.type === "state" && frame.state === "running");
    await whole.call("POST", "/guests", { name: "web2", image: "demo", memoryMiB: 64, start: true });
    const isRunning = async () => (await whole.call("GET", "/guests/web2")).json<Guest>().state === "running";
    await vi.waitFor(async () => expect(await isRunning()).toBe(true), { timeout: 60_000, interval: 100 });
    const before: Guest = (await whole.call("GET", "/guests/web1")).json();

    fail();
    console.socket.send(Buffer.from("echo still-$((40+2))\n"));
    await console.see(/^still-42/m);
    const act = (action: string) => whole.call("POST", `/guests/web1/actions/${action}`);
    const state = (wanted: string) =>
      console.frame<ServerFrame>((frame) => frame.type === "state" && frame.state === wanted);
    // More than once: an address that was used up could not be had again.
    for (let round = 0; round < 3; round += 1) {
      expect((await act("pause")).statusCode).toBe(202);
      await state("paused");
      expect((await act("resume")).statusCode).toBe(202);
      await state("running");
    }
    const version = await whole.call("GET", "/guests/web1/mconsole/version");
    expect([version.statusCode, version.body]).toEqual([200, expect.stringContaining("Linux")]);
    const exec = await whole.call("POST", "/guests/web1/exec", { command: ["echo", "ran"] });
    expect([exec.statusCode, exec.json().stdout]).toEqual([200, "ran\n"]);
    const overSocket = request({ socketPath: join(home, "admin.sock"), path: "/api/v1/guests/web1" }).end();
    const [answer] = (await once(overSocket, "response")) as [IncomingMessage];
    expect([answer.statusCode, await json(answer)]).toEqual([200, expect.objectContaining({ state: "running" })]);

    const refused = async (method: "POST" | "PATCH", path: string, body: object) => {
      const { statusCode, json } = await whole.call(method, path, body);
      expect([path, statusCode, json().error.code]).toEqual([path, 507, "disk_failed"]);
      expect(json().error.message).toContain("read-only or failing");
    };
    await refused("PATCH", "/guests/web1", { description: "changed" });
    const login = await whole.server.app.http.inject({
      method: "POST",
      url: "/api/v1/session",
      headers: { origin: whole.server.address, host: new URL(whole.server.address).host },
      payload: { name: "carol", password: PASSWORD },
    });
    expect([login.statusCode, login.json().error.code]).toEqual([507, "disk_failed"]);

    // Its neighbour is asked with Ctrl-Alt-Del, for which its server has had the address since the start.
    expect((await whole.call("POST", "/guests/web2/actions/shutdown")).statusCode).toBe(202);
    const web2 = async (): Promise<Guest> => (await whole.call("GET", "/guests/web2")).json();
    await vi.waitFor(async () => expect((await web2()).state).toBe("stopped"), { timeout: 60_000, interval: 100 });
    expect(await web2()).toMatchObject({ ending: { kind: "shutdown" } });

    expect((await act("force-off")).statusCode).toBe(202);
    await console.frame<ServerFrame>((frame) => frame.type === "state" && frame.state === "stopped");
    const after: Guest = (await whole.call("GET", "/guests/web1")).json();
    expect(after).toMatchObject({ state: "stopped", ending: { kind: "forced-off" }, definition: before.definition });
    expect((await act("start")).statusCode).toBe(507);
  },
  120_000,
);
