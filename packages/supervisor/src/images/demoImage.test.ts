import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROMPT, specOf, TestFleet } from "../testing/fleet.ts";
import { buildDemoImage } from "./demoImage.ts";
import type { BuiltImage, ImageBuild } from "./imageBuild.ts";

describe("the demo image", () => {
  let folder: string;
  let file: string;
  let built: BuiltImage;
  const steps: string[] = [];
  const build = (changes: Partial<ImageBuild> = {}): ImageBuild => ({
    file,
    workFolder: join(folder, "work"),
    signal: new AbortController().signal,
    onOutput: () => {},
    onProgress: (_, step) => steps.push(step),
    ...changes,
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "corral-images-"));
    mkdirSync(join(folder, "work"));
    file = join(folder, "demo.img");
    // The server's own: nothing of it may get into the image.
    const umask = process.umask(0o077);
    built = await buildDemoImage({ modules: [] }, build()).finally(() => process.umask(umask));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is a read-only sparse file, says how to log in, and leaves nothing else", () => {
    const { size, mode, blocks, mtimeMs } = statSync(file);
    expect(built.facts).toMatchObject({ sizeBytes: size, diskBytes: blocks * 512, mtimeS: Math.floor(mtimeMs / 1000) });
    expect(built.facts.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(built.facts.diskBytes).toBeLessThan(size / 2);
    expect(mode & 0o222).toBe(0);
    expect(built.login).toMatchObject({ user: "root", password: null });
    expect(built.origin).toEqual({ kind: "demo" });
    expect(steps).toContain("making the file system");
    expect(readdirSync(join(folder, "work"))).toEqual([]);
  });

  it("is not made at all when it is cancelled", async () => {
    const cancel = new AbortController();
    const other = join(folder, "cancelled.img");
    const onProgress = (_: number | null, step: string) => step === "making the file system" && cancel.abort();
    await expect(
      buildDemoImage({ modules: [] }, build({ file: other, signal: cancel.signal, onProgress })),
    ).rejects.toMatchObject({ code: "cancelled" });
    expect(readdirSync(folder).sort()).toEqual(["demo.img", "work"]);
    expect(readdirSync(join(folder, "work"))).toEqual([]);
  });

  it("has a shell on every console, knows its name and its shares, and shuts down on Ctrl-Alt-Del", async () => {
    const fleet = await TestFleet.open();
    try {
      const shared = join(folder, "shared");
      mkdirSync(shared, { recursive: true });
      writeFileSync(join(shared, "note"), "from the host\n");
      const spec = await specOf("web1", file, {
        consoles: [
          { name: "con0", channel: "fd" },
          { name: "con2", channel: "fd" },
          { name: "ssl1", channel: "fd" },
          { name: "con3", channel: "null" },
        ],
        shares: [{ name: "docs", folder: shared, readOnly: true }],
      });
      fleet.supervisor.define(spec);
      const [con0, con2, ssl1] = ["con0", "con2", "ssl1"].map((name) => fleet.view(spec.id, name));
      if (con0 === undefined || con2 === undefined || ssl1 === undefined) throw new Error("three views");
      await fleet.supervisor.act(spec.id, "start");
      for (const console of [con0, con2, ssl1]) await console.see(PROMPT);
      expect(con0.text()).toContain("Welcome to a User Mode Linux guest");
      expect(con0.text()).not.toContain("job control turned off");

      con2.resize(111, 33);
      con2.type("stty size; tty; hostname; cat /shares/docs/note\r");
      expect(await con2.see(/from the host/)).toMatch(/33 111\r\n\/dev\/tty2\r\nweb1\r\n/);
      ssl1.type("tty; sleep 100 & jobs; echo done\r");
      expect(await ssl1.see(/Running +sleep 100\r\ndone\r$/m)).toContain("/dev/ttyS1");
      // Folders of the host that are mounted belong to whoever they belong to.
      con0.type(
        "find / -xdev -path '/shares/*' -prune -o -path '/lib/modules/*' -prune -o \\( ! -user 0 -o ! -group 0 \\) -print | wc -l\r",
      );
      await con0.see(/^0\r$/m);
      con0.type("stat -c %a /root /tmp /etc/shadow /etc/passwd | xargs\r");
      await con0.see(/^700 1777 600 644\r$/m);

      con0.type("echo kept > /root/kept; exit\r");
      await con0.see(/exit\r\n[\s\S]*Welcome[\s\S]*# /);
      await fleet.supervisor.act(spec.id, "shutdown");
      await con0.see(/The system is going down/);
      await fleet.state(spec.id, "stopped");
      expect(fleet.supervisor.status(spec.id).ending).toMatchObject({ kind: "shutdown" });
    } finally {
      await fleet.end();
    }
  });
});
