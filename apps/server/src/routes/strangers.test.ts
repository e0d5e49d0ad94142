import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stranger } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

/** Only ever reached by a failure. */
const PATIENCE_MS = 40_000;

test("an admin asks a guest that was started by hand, and ends it on a second word only", async () => {
  const server = await TestServer.open();
  const ada = await server.user("ada", "admin");
  const folder = mkdtempSync(join(tmpdir(), "strange-"));
  // Without a root it panics; it answers until then, and waits for one for as long as it is told to.
  const argv = ["umid=s", `uml_dir=${folder}/u`, "mem=64M", "root=/dev/ubdz", "rootwait", "con=null", "ssl=null"];
  const guest = spawn("setarch", ["-R", "/usr/bin/linux.uml", ...argv], {
    detached: true,
    cwd: folder,
    stdio: "ignore",
  });
  const ended = once(guest, "exit");
  try {
    let found: Stranger | undefined;
    await expect
      .poll(
        async () => {
          const { items } = (await server.call("GET", "/strangers", { as: ada })).json() as { items: Stranger[] };
          found = items.find(({ pid }) => pid === guest.pid);
          return found?.version;
        },
        { timeout: PATIENCE_MS },
      )
      .toContain("Linux");
    const ask = (command: string, confirm = false) =>
      server.call("POST", `/strangers/${found?.id}/mconsole`, { as: ada, body: { command, confirm } });
    expect((await ask("proc loadavg")).json().text).toMatch(/^[\d.]+ /);
    expect((await ask("proc kcore")).json().error.code).toBe("impossible");
    expect((await ask("halt")).json().error.code).toBe("needs_confirmation");
    expect(guest.exitCode).toBeNull();
    expect((await server.call("DELETE", `/strangers/${found?.id}`, { as: ada })).json().error.code).toBe("wrong_state");
    expect((await ask("halt", true)).statusCode).toBe(200);
    expect(await ended).toEqual([0, null]);
    expect((await ask("version")).statusCode).toBe(404);
    expect((await server.call("DELETE", "/strangers/..%2Fx", { as: ada })).statusCode).toBe(400);

    const told = server.store.events.list({ limit: 20, type: "stranger" });
    expect(told.map(({ data, result }) => [data.command, result])).toEqual([
      ["version", "refused"],
      ["halt", "done"],
      ["proc kcore", "refused"],
      ["proc loadavg", "done"],
    ]);
  } finally {
    if (guest.exitCode === null) process.kill(-(guest.pid as number), "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
