import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningServer } from "../server/runningServer.ts";
import { Terminal } from "./terminal.ts";

/* The built corral command against a built server with a real guest, in the order in which an operator uses it. */

const CORRAL = fileURLToPath(new URL("../../apps/cli/dist/main.js", import.meta.url));
const TALK = 'while read line; do echo "<$line>"; done; sleep 1000';
const ESCAPE = "\u001d";

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the corral command", () => {
  let server: RunningServer;
  let env: Record<string, string | undefined>;
  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    await server.demoImage();
    env = { ...process.env, CORRAL_HOME: server.home, CORRAL_URL: "", CORRAL_TOKEN: "", TERM: "xterm-256color" };
  });
  afterAll(async () => {
    await server?.end();
  });

  const corral = (line: string, changes: Record<string, string> = {}, input: string | Buffer = ""): Promise<Ended> =>
    new Promise((resolve) => {
      const args = [CORRAL, ...line.split(" ")];
      const child = execFile(process.execPath, args, { env: { ...env, ...changes } }, (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      });
      // A command that wants no input may have ended before it could be given any.
      child.stdin?.on("error", () => {});
      child.stdin?.end(input);
    });

  it("is admin on the data folder's socket, without a login", async () => {
    expect(await corral("guests")).toEqual({ exitCode: 0, stdout: "No guests.\n", stderr: "" });
    expect(await corral("guests --json")).toEqual({ exitCode: 0, stdout: "[]\n", stderr: "" });
    expect((await corral("images")).stdout).toMatch(/^NAME .*\ndemo/);
    expect((await corral("kernels")).stdout).toMatch(/^NAME .*\n.*linux/);
    expect((await corral("tasks")).stdout).toContain("done");
    expect((await corral("admin-link")).stdout).toContain(`${server.url}/link#`);
  });

  it("shows what the server found on its host", async () => {
    const { stdout } = await corral("doctor");
    expect(stdout).toMatch(/^(ok|warning) /m);
    const { checks } = JSON.parse((await corral("doctor --json")).stdout);
    expect(checks.length).toBeGreaterThan(3);
  });

  it("reaches a server over the network with a token", async () => {
    const { stdout: secret } = await corral("token create laptop");
    const network = { CORRAL_URL: server.url, CORRAL_TOKEN: secret.trim() };
    expect(await corral("guests", network)).toMatchObject({ exitCode: 0, stdout: "No guests.\n" });
    const refused = await corral("guests", { ...network, CORRAL_TOKEN: "wrong" });
    expect(refused.exitCode).toBe(5);
  });

  it("makes accounts and limited tokens", async () => {
    expect((await corral("user create bob --role operator")).stdout).toContain(`${server.url}/link#`);
    expect((await corral("users")).stdout).toMatch(/\nbob +operator +0/);
    expect((await corral("user password bob")).stdout).toContain(`${server.url}/link#`);
    expect((await corral("invite")).stdout).toContain(`${server.url}/link#`);
    const { stdout: secret } = await corral("token create watcher --scope read --days 7");
    const network = { CORRAL_URL: server.url, CORRAL_TOKEN: secret.trim() };
    expect((await corral("users", network)).exitCode).toBe(0);
    expect((await corral("user create eve", network)).exitCode).toBe(5);
  });

  it("changes a definition, and says what somebody else changed meanwhile", async () => {
    await corral("create edited --image demo --memory 64");
    expect((await corral("set edited memoryMiB=96 description=one")).stdout).toBe(
      "memoryMiB, description of edited changed (revision 2).\n",
    );
    const late = await corral('set edited tags=["web"] --if-revision 1');
    expect(late).toMatchObject({ exitCode: 6, stdout: "" });
    expect(late.stderr).toMatch(/edited was changed since you looked at it: .* changed description, memoryMiB\./);
    expect((await corral("set edited nonsense=1")).stderr).toContain("is no field=value");
    expect((await corral("set edited memoryMiB=much")).stderr).toContain("memoryMiB");

    // The editor takes its time, and somebody else does not.
    const editor = join(server.home, "editor");
    const set = `"${process.execPath}" "${CORRAL}" set edited memoryMiB=128 >/dev/null`;
    writeFileSync(editor, `#!/bin/sh\nsed -i 's/"one"/"two"/' "$1"\n${set}\n`, { mode: 0o700 });
    const person = new Terminal(process.execPath, [CORRAL, "edit", "edited"], { ...env, VISUAL: "", EDITOR: editor });
    await person.see(/changed memoryMiB\..*Save your description on top of that\? \[y\/N\] /s);
    person.type("y\r");
    expect(await person.ended).toBe(0);
    const { definition } = await server.client.getGuest({ params: { id: "edited" } });
    expect(definition).toMatchObject({ description: "two", memoryMiB: 128 });
    await corral("delete edited --for-good --yes");
  });

  it("creates a guest, starts it and waits until it runs", async () => {
    const { exitCode, stdout } = await corral("create web1 --image demo --memory 64 --tag web --start --wait");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "web1 is created and running.\n" });
    expect(await corral("exec web1 -n -- echo at once")).toMatchObject({ exitCode: 0, stdout: "at once\n" });
    expect((await corral("guests --tag web --state running")).stdout).toMatch(
      /^NAME +STATE.*\nweb1 +running .* 64 MiB /,
    );
    expect((await corral("guests --tag other")).stdout).toBe("No guests.\n");
  });

  it("shares the guest and takes it back", async () => {
    expect((await corral("share web1 bob use")).stdout).toMatch(/\nbob +use/);
    expect((await corral("share web1")).stdout).toMatch(/\nbob +use/);
    expect((await corral("share web1 bob dance")).exitCode).toBe(2);
    await corral("share web1 bob nothing");
    expect((await corral("share web1")).stdout).toBe("It is shared with nobody.\n");
  });

  it("runs a command in the guest, with its input, outputs and exit code", async () => {
    expect(await corral("exec web1 -- sh -c cat;ls$IFS/nowhere;exit$IFS$((40+2))", {}, "piped in")).toEqual({
      exitCode: 42,
      stdout: "piped in",
      stderr: expect.stringContaining("/nowhere"),
    });
    const { stdout } = await corral("exec web1 --json -- echo hello");
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, stdout: "hello\n", timedOut: false });
    const late = await corral("exec web1 --timeout 0.5 -- sleep 100");
    expect(late).toMatchObject({ exitCode: 137, stderr: expect.stringContaining("took too long") });
    const large = randomBytes(90_000).toString("hex");
    expect(await corral("exec web1 -- md5sum", {}, large)).toMatchObject({
      stdout: `${createHash("md5").update(large).digest("hex")}  -\n`,
    });
    expect((await corral("exec nobody -- ls")).exitCode).toBe(3);
  });

  it("carries a megabyte whole into a command, over the socket and in one piece", async () => {
    const large = randomBytes(1024 * 1024);
    const stdout = `${createHash("sha256").update(large).digest("hex")}  -\n`;
    expect(await corral("exec web1 -- sha256sum", {}, large)).toEqual({ exitCode: 0, stdout, stderr: "" });
    const json = await corral("exec web1 --json -- sha256sum", {}, large);
    expect(JSON.parse(json.stdout)).toMatchObject({ exitCode: 0, stdout, incomplete: false });
  });

  it("says so, with an exit code of its own, when it has not seen the end of an output", async () => {
    const left = "exec web1 -- sh -c sleep$IFS'1000'&echo$IFS'mine'";
    expect(await corral(left)).toEqual({
      exitCode: 8,
      stdout: "mine\n",
      stderr: expect.stringContaining("The end of the output was not seen"),
    });
    const { exitCode, stdout } = await corral(left.replace("web1", "web1 --json"));
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, stdout: "mine\n", incomplete: true });
    expect((await corral(`${left};exit$IFS'7'`)).exitCode).toBe(7);
  });

  it("talks with a command in the guest line by line, and ends it on Ctrl-C", async () => {
    const child = spawn(process.execPath, [CORRAL, "exec", "web1", "--", "sh", "-c", TALK], { env });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk));
    const ended = once(child, "exit");
    for (const word of ["one", "two"]) {
      child.stdin.write(`${word}\n`);
      while (!said.includes(`<${word}>`)) await once(child.stdout, "data");
    }
    child.kill("SIGINT");
    expect(await ended).toEqual([137, null]);
    expect((await corral("exec web1 -- ps")).stdout).not.toContain("read line");
  });

  it("copies a file in and out", async () => {
    const folder = mkdtempSync(join(tmpdir(), "corral-cp-"));
    try {
      const content = randomBytes(70_000);
      writeFileSync(join(folder, "there"), content);
      expect(await corral(`cp ${folder}/there web1:/root/`)).toMatchObject({
        exitCode: 0,
        stdout: "web1:/root/there: 70000 bytes.\n",
      });
      expect(await corral(`cp web1:/root/there ${folder}/back`)).toMatchObject({ exitCode: 0 });
      expect(readFileSync(join(folder, "back")).equals(content)).toBe(true);
      expect(await corral(`cp web1:/nowhere ${folder}/x`)).toMatchObject({ exitCode: 3, stdout: "" });
      expect(existsSync(join(folder, "x"))).toBe(false);
      const large = randomBytes(1024 * 1024);
      expect(await corral("cp - web1:/root/large", {}, large)).toMatchObject({
        exitCode: 0,
        stdout: "web1:/root/large: 1048576 bytes.\n",
      });
      const digest = createHash("sha256").update(large).digest("hex");
      expect((await corral("exec web1 -n -- sha256sum /root/large")).stdout).toBe(`${digest}  /root/large\n`);
      expect(await corral(`cp web1:/root/large ${folder}/large`)).toMatchObject({ exitCode: 0 });
      expect(readFileSync(join(folder, "large")).equals(large)).toBe(true);
      expect(readdirSync(folder).sort()).toEqual(["back", "large", "there"]);
      expect(await corral("cp web1:/etc/hostname -")).toMatchObject({ exitCode: 3, stdout: "" });
      expect(await corral("cp web1:/etc/shells -")).toMatchObject({ exitCode: 0, stdout: "/bin/sh\n", stderr: "" });
      expect(await corral("cp - web1:/root/")).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("Name the file"),
      });
      expect(await corral(`cp ${folder} web1:/root/`)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("tar c"),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says what is wrong, with an exit code for each kind", async () => {
    expect(await corral("start nobody")).toMatchObject({ exitCode: 3, stdout: "" });
    const started = await corral("start web1");
    expect(started.exitCode).toBe(4);
    expect(started.stderr).toContain("the guest is running");
    expect((await corral("create web1 --image demo")).exitCode).toBe(6);
    const wrong = await corral("create web2 --image demo --memory 1 --json");
    expect(wrong.exitCode).toBe(6);
    expect(JSON.parse(wrong.stderr).error.details).toMatchObject([{ field: "memoryMiB" }]);
  });

  it("is a terminal of the guest, through resizes and the server's death", async () => {
    const terminal = new Terminal(process.execPath, [CORRAL, "console", "web1"], env);
    try {
      await terminal.see(/Ctrl-\] \. leaves/);
      terminal.type("\n");
      await terminal.see(/web1:~#/);
      terminal.type("echo kernel-$(uname -r); stty size\n");
      await terminal.see(/kernel-6\.\d[\s\S]*30 100/);
      terminal.resize(90, 20);
      terminal.type("sleep 1; stty size; mine=$((40+2))\n");
      await terminal.see(/20 90/);

      await server.restart("SIGKILL");
      await terminal.see(/The connection is lost/);
      await terminal.see(/Connected again/);
      terminal.forget();
      terminal.type("echo shell-$mine\n");
      await terminal.see(/shell-42/);

      terminal.type(`${ESCAPE}?`);
      await terminal.see(/take control/);
      terminal.type(`${ESCAPE}.`);
      expect(await terminal.ended).toBe(0);
    } finally {
      terminal.close();
    }
  });

  it("prints a console's log, without escape sequences or as it was", async () => {
    const { stdout } = await corral("log web1");
    expect(stdout).toMatch(/shell-42\n/);
    expect(stdout).not.toContain("\u001b");
    expect((await corral("log web1 --raw")).stdout).toContain("shell-42\r\n");
    expect((await corral("log web1 --tail 2")).stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(JSON.parse((await corral("log web1 con0 --json")).stdout)).toMatchObject({ guest: "web1", console: "con0" });
    expect((await corral("log web1 kernel")).stdout).toContain("Linux version");
    expect((await corral("log web1 con9")).exitCode).toBe(3);
  });

  it("lists boots, prints one of them in any format, and finds lines in the whole log", async () => {
    expect((await corral("boots web1")).stdout).toMatch(/^1 .* running .*con0 \d+/m);
    expect((await corral("log web1 --boot 1")).stdout).toContain("Linux version");
    const [header] = (await corral("log web1 con0 --boot 1 --format asciicast")).stdout.split("\n");
    expect(JSON.parse(header ?? "")).toMatchObject({ version: 2, title: "web1-con0-boot1" });
    expect((await corral("log web1 --boot 9")).exitCode).toBe(3);
    expect((await corral("log web1 --since never")).exitCode).toBe(2);
    expect((await corral("search web1 Linux.version.\\d --regex")).stdout).toMatch(
      /^\d+\tboot 1\t2\S+Z\t.*Linux version/m,
    );
    expect(JSON.parse((await corral("search web1 LINUX.VERSION --case --json")).stdout)).toEqual([]);
  });

  it("pauses, resumes, shuts down, deletes and brings back", async () => {
    expect((await corral("pause web1 --wait")).stdout).toBe("web1 is paused.\n");
    expect((await corral("resume web1 --wait")).stdout).toBe("web1 is running.\n");
    expect((await corral("restart web1 --wait")).stdout).toBe("web1 is running.\n");
    expect((await corral("shutdown web1 --wait")).stdout).toBe("web1 is stopped.\n");
    expect((await corral("delete web1")).stdout).toContain("corral restore web1");
    expect((await corral("discarded")).stdout).toMatch(/^NAME .*\nweb1 /);
    expect((await corral("restore web1")).stdout).toBe("web1 is back.\n");
    expect((await corral("delete web1 --for-good")).exitCode).toBe(2);
    expect((await corral("delete web1 --for-good --yes --json")).stdout).toContain('"deleted": "web1"');
    expect((await corral("restore web1")).exitCode).toBe(3);
  });

  it("stops the server, after shutting the guests down where asked to", async () => {
    await corral("create web3 --image demo --memory 64 --start --wait");
    const { stdout, stderr, exitCode } = await corral("stop --guests");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("Shutting down web3.");
    expect(stdout).toBe("The server is stopped.\n");
    expect((await corral("guests")).exitCode).toBe(7);
  });
});
