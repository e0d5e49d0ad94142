import { execFile } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";

/* A data folder whose path is too long for a socket's, with all in its name that means something to somebody. Nothing boots. */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ODD = "my data: a, b? c#d %20 'e' ";
const NAME_CHARACTERS = 150;

describe("a data folder with a long and odd name", () => {
  let parent: string;
  let server: RunningServer;
  beforeAll(async () => {
    parent = mkdtempSync(join(tmpdir(), "corral-long-"));
    server = await RunningServer.startIn(join(parent, ODD.padEnd(NAME_CHARACTERS, "x")));
    await server.becomeAdmin();
    await server.demoImage();
    await server.client.createGuest({ body: { name: "web1", image: "demo", memoryMiB: 64 } });
  });
  afterAll(async () => {
    const runFolder = dirname(readlinkSync(join(server.home, "admin.sock")));
    await server?.end();
    rmSync(runFolder, { recursive: true, force: true });
    rmSync(parent, { recursive: true, force: true });
  });

  const run = (program: string, ...args: string[]) =>
    new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
      const env = { ...process.env, CORRAL_HOME: server.home, CORRAL_URL: "", CORRAL_TOKEN: "" };
      const child = execFile(program, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      });
      child.stdin?.end();
    });
  const corral = (...args: string[]) => run(process.execPath, "apps/cli/dist/main.js", ...args);

  it("has its socket in a short folder of the same user's, a link to it, and nothing beside itself", () => {
    expect(readdirSync(parent)).toEqual([server.home.slice(parent.length + 1)]);
    const link = join(server.home, "admin.sock");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    const socket = statSync(link);
    expect([socket.isSocket(), socket.uid, socket.mode & 0o777]).toEqual([true, process.getuid?.(), 0o600]);
  });

  it("is reached by every command: requests, WebSockets, a new link, the doctor", async () => {
    expect((await corral("guests")).stdout).toMatch(/web1/);
    expect(await corral("exec", "web1", "--", "true")).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining("web1"),
    });
    expect((await corral("admin-link")).stdout).toContain("/link#");
    const { stdout } = await run("scripts/doctor");
    expect(stdout).toContain(server.home);
  });

  it("is found by scripts/stop, and by a start after the server was killed", async () => {
    await server.restart("SIGKILL");
    expect((await corral("guests")).stdout).toMatch(/web1/);
    const stopped = await run("scripts/stop");
    expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("The server is stopped.") });
    const after = await corral("guests");
    expect(after).toMatchObject({ exitCode: 7, stderr: expect.stringContaining(server.home) });
  });
});
