import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MainProcess, temporaryHome } from "./testing/mainProcess.ts";
import { PASSWORD } from "./testing/testServer.ts";

test("a first start prints the link that makes the first admin, a later one the address", async () => {
  const home = temporaryHome();
  const first = new MainProcess({ CORRAL_HOME: home });
  const link = new URL(await first.says(/http:\S+link#[\w-]{43}/));
  expect(["corral.db", "admin.sock", "lock"].map((file) => statSync(join(home, file)).mode & 0o077)).toEqual([0, 0, 0]);
  expect(statSync(home).mode & 0o777).toBe(0o700);

  const response = await fetch(`${link.origin}/api/v1/session/link`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: link.origin },
    body: JSON.stringify({ secret: link.hash.slice(1), name: "ada", password: PASSWORD }),
  });
  expect(response.status).toBe(200);
  expect(await first.end("SIGTERM")).toBe(0);
  expect(first.out).toMatch(/^Corral is stopped\. No guest runs\.$/m);

  const second = new MainProcess({ CORRAL_HOME: home });
  await second.says(/^Corral runs at http:\/\/127\.0\.0\.1:\d+$/m);
  expect(second.out).not.toContain("#");
  expect(await second.end("SIGINT")).toBe(0);
});

test("a second server of one folder names the first and ends; a killed one is in nobody's way", async () => {
  const home = temporaryHome();
  const first = new MainProcess({ CORRAL_HOME: home });
  await first.says(/Corral runs/);
  const second = new MainProcess({ CORRAL_HOME: home });
  await second.ended;
  expect(second.child.exitCode).toBe(1);
  expect(second.err).toContain(`process ${first.child.pid}`);
  expect(second.err).not.toContain("    at ");

  await first.end("SIGKILL");
  const third = new MainProcess({ CORRAL_HOME: home });
  await third.says(/Corral runs/);
});

test("what keeps it from starting is said in words", async () => {
  const open = new MainProcess({ CORRAL_HOME: temporaryHome(), CORRAL_HOST: "0.0.0.0" });
  const home = temporaryHome();
  const first = new MainProcess({ CORRAL_HOME: home });
  const { port } = new URL(await first.says(/http:\S+/));
  const taken = new MainProcess({ CORRAL_HOME: temporaryHome(), CORRAL_PORT: port });
  await Promise.all([open.ended, taken.ended]);
  expect([open.child.exitCode, taken.child.exitCode]).toEqual([1, 1]);
  expect(open.err).toContain("CORRAL_HOST");
  expect(taken.err).toContain(`port ${port}`);
  expect(taken.err).not.toContain("    at ");
});
