import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { GuestStatus } from "../index.ts";
import { demoImage, PROMPT, processesOf, specOf, until } from "../testing/fleet.ts";
import { OrdinaryUser, ServerProcess } from "../testing/serverProcess.ts";

let home: string;
let user: OrdinaryUser;
let server: ServerProcess;
beforeEach(async () => {
  user = await OrdinaryUser.make();
  home = mkdtempSync(join(tmpdir(), "corral-"));
  server = new ServerProcess(home, user);
});
afterEach(async () => {
  await server.kill();
  user.end();
  rmSync(home, { recursive: true, force: true });
});

/** Consoles that are made inside the sandbox, by its kernel: the server has to enter its namespaces for them. */
const FOUND = ["con1", "ssl0"];

const attachable = (status: GuestStatus, name: string): boolean =>
  status.consoles.some((console) => console.name === name && console.attachable);

it("an ordinary user's guest has a user namespace of its own, survives the server, can be debugged, and is gone when forced off", async () => {
  const spec = await specOf("user1", await demoImage(), {
    consoles: [
      { name: "con0", channel: "fd" },
      { name: "con1", channel: "pts" },
      { name: "ssl0", channel: "port:9100" },
    ],
  });
  await server.resume([spec]);
  await server.act(spec.id, "start");
  await server.see(spec.id, PROMPT);
  await server.type(spec.id, "con0", "echo boot-$((1+1))\r");
  await server.see(spec.id, /boot-2/);
  expect(processesOf(`${home}/`).some((line) => line.includes("bwrap"))).toBe(true);
  for (const name of FOUND) {
    await server.see(spec.id, PROMPT, name);
    await server.type(spec.id, name, "mine=kept\r");
    await server.see(spec.id, /mine=kept/, name);
  }

  await server.kill();
  server = new ServerProcess(home, user);
  const record = join(home, "guests", spec.id, "launch.json");
  chmodSync(record, 0);
  expect(await server.resume([spec])).toMatchObject({ adopted: 0 });
  expect((await server.status(spec.id)).ending?.message).toMatch(/launch\.json.*EACCES.*chmod/);
  chmodSync(record, 0o600);
  await expect(server.act(spec.id, "start")).rejects.toThrow(/has been on all the time/);
  expect(await server.status(spec.id)).toMatchObject({ state: "running" });
  await server.type(spec.id, "con0", "echo again-$((1+1))\r");
  await server.see(spec.id, /again-2/);
  for (const name of FOUND) {
    await until(
      async () => attachable(await server.status(spec.id), name),
      () => `${name} to be taken back`,
    );
    await server.type(spec.id, name, "echo it is $mine\r");
    await server.see(spec.id, /it is kept/, name);
  }
  // gdb enters the guest's own namespaces, where it has what tracing takes and nothing else.
  const gdb = await server.gdb(spec.id, 'python print(open("/proc/self/status").read())\rdetach\rquit\r');
  expect(gdb).toMatch(/CapEff:\t0000000000080000\r/);
  expect(gdb).toMatch(/Inferior 1 \(process \d+\) detached/);
  await server.type(spec.id, "con0", "echo after-$((1+1))\r");
  await server.see(spec.id, /after-2/);
  await server.act(spec.id, "force-off");
  expect(processesOf(`${home}/guests`)).toEqual([]);
});
