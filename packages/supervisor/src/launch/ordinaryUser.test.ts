import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { demoImage, PROMPT, processesOf, specOf } from "../testing/fleet.ts";
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

it("an ordinary user's guest has a user namespace of its own, survives the server, and is gone when forced off", async () => {
  const spec = await specOf("user1", await demoImage());
  await server.resume([spec]);
  await server.act(spec.id, "start");
  await server.see(spec.id, PROMPT);
  await server.type(spec.id, "con0", "echo boot-$((1+1))\r");
  await server.see(spec.id, /boot-2/);
  expect(processesOf(`${home}/`).some((line) => line.includes("bwrap"))).toBe(true);

  await server.kill();
  server = new ServerProcess(home, user);
  expect(await server.resume([spec])).toMatchObject({ adopted: 1 });
  await server.type(spec.id, "con0", "echo again-$((1+1))\r");
  await server.see(spec.id, /again-2/);
  await server.act(spec.id, "force-off");
  expect(processesOf(`${home}/guests`)).toEqual([]);
});
