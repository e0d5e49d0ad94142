import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execRequest } from "@corral/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { specOf, TestFleet } from "../testing/fleet.ts";
import { buildDebianImage, type DebianImageRequest } from "./debianImage.ts";
import type { ImageBuild } from "./imageBuild.ts";

/** Of a build and a boot on a machine that may be busy; half a minute when it is not. */
const PATIENCE_MS = 300_000;

const INPUT = Buffer.alloc(100_000, "x").toString("base64");

const REQUEST: DebianImageRequest = {
  suite: "bookworm",
  packages: [],
  hostname: "plain",
  sizeMiB: 1024,
  rootPassword: "correct horse",
  sshKey: null,
  modules: [],
};

describe("a Debian image", () => {
  let folder: string;
  let work: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "corral-debian-"));
    work = join(folder, "work");
    mkdirSync(work);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const build = (changes: Partial<ImageBuild>): ImageBuild => ({
    file: join(folder, "debian.img"),
    workFolder: work,
    signal: new AbortController().signal,
    onOutput: () => {},
    onProgress: () => {},
    ...changes,
  });

  it(
    "is built without root, asks for its password on each console, and shuts down on Ctrl-Alt-Del",
    async () => {
      let output = "";
      const built = await buildDebianImage(REQUEST, build({ onOutput: (text) => (output += text) }));
      expect(output).toContain("Setting up sysvinit-core");
      expect(output).not.toContain(REQUEST.rootPassword);
      expect(built.origin).toEqual({ kind: "debian", suite: "bookworm", packages: [], hostname: "plain" });
      expect(built.login).toMatchObject({ user: "root", password: null });
      expect(readdirSync(work)).toEqual([]);

      const fleet = await TestFleet.open();
      try {
        const spec = await specOf("web1", join(folder, "debian.img"), {
          memoryMiB: 128,
          consoles: [
            { name: "con0", channel: "fd" },
            { name: "con1", channel: "fd" },
          ],
        });
        fleet.supervisor.define(spec);
        const con0 = fleet.view(spec.id, "con0");
        const con1 = fleet.view(spec.id, "con1");
        await fleet.supervisor.act(spec.id, "start");
        await con0.see(/plain login: /);
        await con1.see(/plain login: /);
        con1.type("root\r");
        await con1.see(/Password: /);
        con1.type(`${REQUEST.rootPassword}\r`);
        await con1.see(/root@plain:~# /);
        con1.resize(111, 33);
        con1.type(
          "stty size; stat -c '%U:%G %a' /etc/shadow /usr/bin/chage /var/local | xargs; ls -d /mnt/* /dev/shm\r",
        );
        await con1.see(/33 111\r\nroot:shadow 640 root:shadow 2755 root:staff 2775\r\n/);

        const inside = fleet.supervisor.inside(spec.id);
        const exec = (...command: string[]) =>
          inside.exec(execRequest.parse({ command, input: INPUT, timeoutMs: 60_000 }));
        expect(await exec("sh", "-c", "wc -c; cat /etc/debian_version; echo bad >&2; exit 5")).toEqual({
          exitCode: 5,
          timedOut: false,
          incomplete: false,
          truncated: false,
          stdout: expect.stringMatching(/^100000\n12\./),
          stderr: "bad\n",
        });
        expect((await inside.processes()).processes.find(({ pid }) => pid === 1)?.command).toMatch(/^init /);

        await fleet.supervisor.act(spec.id, "shutdown");
        await fleet.state(spec.id, "stopped");
        expect(fleet.supervisor.status(spec.id).ending).toMatchObject({ kind: "shutdown" });
      } finally {
        await fleet.end();
      }
    },
    PATIENCE_MS,
  );

  it(
    "leaves neither files nor processes when its build is cancelled",
    async () => {
      const cancel = new AbortController();
      const file = join(folder, "cancelled.img");
      const onProgress = (_: number | null, step: string) => step === "unpacking essential packages" && cancel.abort();
      await expect(buildDebianImage(REQUEST, build({ file, signal: cancel.signal, onProgress }))).rejects.toMatchObject(
        {
          code: "cancelled",
        },
      );
      expect(readdirSync(work)).toEqual([]);
      expect(readdirSync(folder)).not.toContain("cancelled.img");
    },
    PATIENCE_MS,
  );

  it(
    "is refused for a package that is not there, by name",
    async () => {
      const packages = ["no-such-package"];
      await expect(buildDebianImage({ ...REQUEST, packages }, build({}))).rejects.toMatchObject({
        code: "impossible",
        details: [{ field: "packages", message: expect.stringContaining('"no-such-package"') }],
      });
    },
    PATIENCE_MS,
  );
});
