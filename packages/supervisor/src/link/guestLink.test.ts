import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { execRequest } from "@corral/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GUEST_PROGRAMS } from "../images/guestFiles.ts";
import { demoImage, PROMPT, putFile, specOf, TestFleet, until } from "../testing/fleet.ts";
import { ServerProcess } from "../testing/serverProcess.ts";
import type { GuestInside } from "./inside.ts";

const LINK_PROGRAM = join(GUEST_PROGRAMS, "usr/lib/corral/link");

const checksum = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");

/** On a machine that is busy with other tests; only reached by a failure. */
const PATIENCE_MS = 60_000;

describe("the guest link", () => {
  let fleet: TestFleet;
  let booted: Awaited<ReturnType<TestFleet["boot"]>>;
  let id: string;
  beforeAll(async () => {
    fleet = await TestFleet.open();
    booted = await fleet.boot("web1");
    id = booted.spec.id;
  });
  afterAll(() => fleet.end());

  const exec = (command: string[], more: object = {}) =>
    fleet.supervisor.inside(id).exec(execRequest.parse({ command, timeoutMs: PATIENCE_MS, ...more }));

  it("runs a command with its arguments, and tells its two outputs and its exit code apart", async () => {
    const words = ["a b", "it's", "$HOME `id`", "", "two\nlines", "ü\\n*", "x".repeat(6000)];
    const answer = await exec(["sh", "-c", 'printf "<%s>" "$@"; echo oops >&2; exit 3', "sh", ...words]);
    expect(answer).toEqual({
      exitCode: 3,
      timedOut: false,
      incomplete: false,
      truncated: false,
      stdout: words.map((word) => `<${word}>`).join(""),
      stderr: "oops\n",
    });
    expect(fleet.supervisor.status(id).link).toBe("up");
    expect(await exec(["no-such-program"])).toMatchObject({ exitCode: 127 });
  });

  it("gives back every byte of a binary input, and takes a megabyte whole", async () => {
    const input = randomBytes(50_000).toString("base64");
    expect(await exec(["cat"], { input, encoding: "base64" })).toMatchObject({ exitCode: 0, stdout: input });
    const whole = randomBytes(1024 * 1024);
    expect((await exec(["sha256sum"], { input: whole.toString("base64") })).stdout).toBe(`${checksum(whole)}  -\n`);
  });

  it("lets a command end that reads none of its input, or not all of it", async () => {
    const input = randomBytes(200_000).toString("base64");
    expect(await exec(["true"], { input })).toMatchObject({ exitCode: 0, incomplete: false });
    expect(await exec(["sh", "-c", "exec <&-; sleep 0.5; echo over"], { input })).toMatchObject({ stdout: "over\n" });
  });

  it("brings a megabyte beside other output, and no more than was asked for", async () => {
    const { stdout, stderr, ...facts } = await exec([
      "sh",
      "-c",
      "yes 0123456789 | head -c 1000000 & yes err | head -c 40000 >&2; wait",
    ]);
    expect(facts).toEqual({ exitCode: 0, timedOut: false, incomplete: false, truncated: false });
    expect(stdout).toBe("0123456789\n".repeat(100_000).slice(0, 1_000_000));
    expect(stderr).toBe("err\n".repeat(10_000));
    expect(await exec(["sh", "-c", "yes | head -c 100000"], { outputMaximumBytes: 10 })).toMatchObject({
      exitCode: 0,
      stdout: "y\n".repeat(5),
      truncated: true,
    });
  });

  it("ends a command with all its children when its time is over, while others go on", async () => {
    const [late, other] = await Promise.all([
      exec(["sh", "-c", "echo begun; sleep 1234 & sleep 1234"], { timeoutMs: 4_000 }),
      exec(["echo", "other"]),
    ]);
    expect(late).toMatchObject({ exitCode: 137, timedOut: true, stdout: "begun\n" });
    expect(other.stdout).toBe("other\n");
    expect((await exec(["ps"])).stdout).not.toContain("sleep 1234");
  });

  it("gives a command its input as it comes, and brings its output as it comes", async () => {
    let said = "";
    const input = new PassThrough();
    const ended = fleet.supervisor.inside(id).stream({
      words: ["sh", "-c", 'while read -r line; do echo "<$line>"; echo "!$line" >&2; done; echo over; exit 7'],
      input,
      timeoutMs: PATIENCE_MS,
      onOutput: (stream, bytes) => {
        said += `${stream[3]}${bytes}`;
        return "more";
      },
    });
    for (const word of ["one", "two"]) {
      input.write(`${word}\n`);
      await until(
        () => said.includes(`o<${word}>`) && said.includes(`e!${word}`),
        () => `an echo of ${word} in ${JSON.stringify(said)}`,
      );
    }
    input.end();
    expect(await ended).toEqual({ exitCode: 7, timedOut: false, incomplete: false });
    expect(said).toMatch(/oover\n$/);
  });

  it("lets a command wait whose output nobody takes, and others go on meanwhile", async () => {
    let taken = 0;
    let goOn: () => void = () => {};
    const held = new Promise<"more">((resolve) => (goOn = () => resolve("more")));
    const stop = new AbortController();
    const ended = fleet.supervisor.inside(id).stream({
      words: ["sh", "-c", "yes | head -c 400000; touch /tmp/printed; sleep 1234"],
      timeoutMs: null,
      signal: stop.signal,
      onOutput: (_, bytes) => {
        taken += bytes.length;
        return held;
      },
    });
    await until(
      () => taken > 0,
      () => "its first piece",
    );
    expect(await exec(["ls", "/tmp/printed"])).toMatchObject({ exitCode: 1 });
    expect(taken).toBeLessThanOrEqual(40_000);
    goOn();
    await until(
      () => taken === 400_000,
      () => `all of its output, of which ${taken} came`,
    );
    stop.abort();
    expect(await ended).toEqual({ exitCode: 137, timedOut: false, incomplete: false });
    expect((await exec(["ps"])).stdout).not.toContain("sleep 1234");
  });

  it("waits with input that a command does not read, and forgets it with the command", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        given += 32_768;
        yield Buffer.alloc(32_768, "x");
      }
    }
    const ended = fleet.supervisor.inside(id).stream({
      words: ["sh", "-c", "until [ -e /tmp/enough ]; do sleep 0.1; done; head -c 3"],
      input: endless(),
      timeoutMs: PATIENCE_MS,
      onOutput: () => "more",
    });
    await until(
      () => given >= 4 * 32_768,
      () => `input that waits, of which ${given} came`,
    );
    expect((await exec(["echo", "beside"])).stdout).toBe("beside\n");
    // What its pipe holds, what the guest holds, and one on its way.
    expect(given).toBeLessThanOrEqual((2 + 4 + 2) * 32_768);
    await exec(["touch", "/tmp/enough"]);
    expect(await ended).toEqual({ exitCode: 0, timedOut: false, incomplete: false });
  });

  it("loses nothing of what commands print in a guest whose other programs take all of its time", async () => {
    const hog = "nice -n -20 sh -c 'until [ -e /tmp/calm ]; do :; done' >/dev/null 2>&1 &";
    expect(await exec(["sh", "-c", hog.repeat(2)])).toMatchObject({ exitCode: 0, incomplete: false });
    const answers = await Promise.all(Array.from({ length: 4 }, (_, number) => exec(["echo", `alive ${number}`])));
    const { processes } = await fleet.supervisor.inside(id).processes();
    await exec(["touch", "/tmp/calm"]);
    for (const [number, answer] of answers.entries()) {
      expect(answer).toMatchObject({ exitCode: 0, incomplete: false, stdout: `alive ${number}\n` });
    }
    expect(processes.some(({ pid }) => pid === 1)).toBe(true);
  });

  it("says that it has not seen the end of what is left in the background with its output open", async () => {
    const left = "(until [ -e /tmp/over ]; do sleep 0.1; done; echo late) & echo mine";
    expect(await exec(["sh", "-c", left])).toMatchObject({ exitCode: 0, incomplete: true, stdout: "mine\n" });
    expect(await exec(["touch", "/tmp/over"])).toMatchObject({ exitCode: 0, incomplete: false });
  });

  it("answers questions and copies files while commands take all their turns, and more wait", async () => {
    const stop = new AbortController();
    const inside = fleet.supervisor.inside(id);
    const long = Array.from({ length: 4 + 32 }, () =>
      inside.exec(execRequest.parse({ command: ["sleep", "1000"], timeoutMs: 600_000 }), stop.signal).catch(() => {}),
    );
    await expect(exec(["true"])).rejects.toMatchObject({ code: "too_many_requests" });
    expect((await inside.processes()).processes.length).toBeGreaterThan(4);
    expect((await inside.sockets()).truncated).toBe(false);
    expect((await inside.network()).interfaces).toHaveLength(1);
    const piece = { path: "/tmp/beside", upload: "besideit", offset: 0, last: true, mode: "644" };
    await inside.writeFile({ ...piece, content: Buffer.from("beside").toString("base64") });
    expect((await inside.readFile("/tmp/beside", 0, 100)).bytes.toString()).toBe("beside");
    stop.abort();
    await Promise.all(long);
  });

  it("does not wait for what a command has left behind, which goes on", async () => {
    const left =
      "until [ -e /tmp/stop ]; do echo left; sleep 0.01; done & (sleep 3; touch /tmp/still-here) & echo gone";
    expect(await exec(["sh", "-c", left])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/gone/) });
    const there = "until [ -e /tmp/still-here ]; do sleep 0.1; done; touch /tmp/stop";
    expect(await exec(["sh", "-c", there])).toMatchObject({ exitCode: 0 });
    expect(fleet.supervisor.status(id).link).toBe("up");
  });

  it("lists processes, interfaces and addresses", async () => {
    const { processes, uptimeSeconds } = await fleet.supervisor.inside(id).processes();
    expect(processes.find(({ pid }) => pid === 1)).toMatchObject({ parent: 0, uid: 0, command: "/bin/busybox init" });
    expect(processes.find(({ pid }) => pid === 1)?.corral).toBe(false);
    expect(processes.find(({ command }) => command.includes("/usr/lib/corral/link"))?.corral).toBe(true);
    expect(processes.find(({ command }) => command.startsWith("sh -c cd /proc"))?.corral).toBe(true);
    expect(processes.find(({ command }) => command.includes("-/bin/sh"))?.corral).toBe(false);
    expect(uptimeSeconds).toBeGreaterThan(0);
    const { interfaces } = await fleet.supervisor.inside(id).network();
    expect(interfaces.find(({ name }) => name === "lo")).toMatchObject({
      addresses: ["127.0.0.1/8"],
      hardwareAddress: "00:00:00:00:00:00",
    });
  });

  it("lists open sockets with whose they are", async () => {
    booted.console.type("nc -l -p 8080 & syslogd\r");
    let sockets: Awaited<ReturnType<GuestInside["sockets"]>>["sockets"] = [];
    await until(
      async () => {
        ({ sockets } = await fleet.supervisor.inside(id).sockets());
        return [/:8080$/, /^\/dev\/log$/].every((name) => sockets.some(({ local }) => name.test(local)));
      },
      () => `two sockets in ${JSON.stringify(sockets)}`,
    );
    expect(sockets.find(({ local }) => local.endsWith(":8080"))).toMatchObject({
      protocol: expect.stringContaining("tcp"),
      remote: null,
      state: "listening",
      process: "nc",
    });
    expect(sockets.find(({ local }) => local === "/dev/log")).toMatchObject({ protocol: "unix", process: "syslogd" });
    booted.console.type("killall nc syslogd\r");
  });

  it("copies a file in and out, whole or not at all", async () => {
    const inside = fleet.supervisor.inside(id);
    const content = randomBytes(90_000);
    const path = "/root/it's a file";
    const piece = { path, upload: "abcdefgh", mode: "600" };
    await inside.writeFile({
      ...piece,
      offset: 0,
      content: content.subarray(0, 50_000).toString("base64"),
      last: false,
    });
    await expect(inside.readFile(path, 0, 100)).rejects.toMatchObject({ code: "not_found" });
    await expect(inside.writeFile({ ...piece, offset: 7, content: "", last: true })).rejects.toMatchObject({
      code: "impossible",
    });
    await inside.writeFile({
      ...piece,
      offset: 50_000,
      content: content.subarray(50_000).toString("base64"),
      last: true,
    });
    const [first, second] = [await inside.readFile(path, 0, 70_001), await inside.readFile(path, 70_001, 100_000)];
    expect(first.size).toBe(content.length);
    expect(Buffer.concat([first.bytes, second.bytes]).equals(content)).toBe(true);
    await expect(inside.readFile(path, 90_001, 1)).rejects.toMatchObject({ code: "offset_beyond_end" });
    expect((await exec(["stat", "-c", "%a", path])).stdout).toBe("600\n");
  });

  it("leaves nothing behind of an upload that was cut off", async () => {
    const inside = fleet.supervisor.inside(id);
    const piece = { path: "/tmp/cut", upload: "cutinhalf", mode: "644", last: false };
    await inside.writeFile({ ...piece, offset: 0, content: Buffer.from("half").toString("base64") });
    const parts = async () => (await exec(["sh", "-c", "ls -d /tmp/cut*"])).stdout;
    expect(await parts()).toBe("/tmp/cut.corral-cutinhalf\n");
    // A pipe that nobody writes to: the next piece waits for ever.
    await exec(["sh", "-c", "rm /tmp/cut.corral-cutinhalf; mkfifo /tmp/cut.corral-cutinhalf"]);
    const cut = expect(inside.writeFile({ ...piece, offset: 4, content: "AAAA" })).rejects.toMatchObject({
      code: "guest_silent",
    });
    await until(
      async () => (await exec(["ps"])).stdout.includes("corral /tmp/cut"),
      () => "the piece to wait in the guest",
    );
    booted.console.type("killall -9 link\r");
    await cut;
    await until(
      async () => (await parts()) === "",
      () => "the part to be removed",
    );
  });

  it("gives a terminal its size where nothing else does", async () => {
    await fleet.supervisor.inside(id).setTerminalSize("tty0", 123, 45);
    booted.console.type("stty size\r");
    await booted.console.see(/45 123/);
  });

  it("sets the clock after a pause", async () => {
    await exec(["date", "-s", "@1000000000"]);
    await fleet.supervisor.act(id, "pause");
    expect(() => fleet.supervisor.inside(id)).toThrow(/paused/);
    await fleet.supervisor.act(id, "resume");
    const off = async () => Math.abs(Number((await exec(["date", "+%s"])).stdout) - Date.now() / 1000);
    const deadline = Date.now() + PATIENCE_MS;
    while ((await off()) > 600 && Date.now() < deadline);
    expect(await off()).toBeLessThan(600);
  });

  it("says so when the script is gone, and goes on when it is back", async () => {
    const cut = expect(exec(["sleep", "1000"])).rejects.toMatchObject({ code: "guest_silent" });
    booted.console.type(
      "cp /run/inittab /tmp/; sed -i /link/d /run/inittab; kill -HUP 1; killall -9 link; echo GO''NE\r",
    );
    await booted.console.see(/GONE/);
    await expect(exec(["true"], { timeoutMs: 500 })).rejects.toMatchObject({ code: "guest_silent" });

    booted.console.type("cp /tmp/inittab /run/inittab; kill -HUP 1; echo BA''CK\r");
    await booted.console.see(/BACK/);
    await cut;
    await until(
      () => fleet.supervisor.status(id).link === "up",
      () => "the link to come back",
    );
    expect((await exec(["echo", "again"])).stdout).toBe("again\n");
  });

  it("stops listening to a guest that sends rubbish without end, and loses nothing else", async () => {
    booted.console.type("yes 'o rubbish AAAA' >/dev/ttyS62 & cat /dev/urandom >/dev/ttyS62 &\r");
    await expect(exec(["sleep", "1000"])).rejects.toThrow(/rubbish/);
    expect(fleet.supervisor.status(id).link).toBe("failed");
    await expect(exec(["true"])).rejects.toMatchObject({ code: "guest_silent" });
    booted.console.type("echo still $((40 + 2)) here\r");
    await booted.console.see(/still 42 here/);
    await fleet.supervisor.act(id, "force-off");
    expect(() => fleet.supervisor.inside(id)).toThrow(/not running/);
  });

  it("is not there where the definition has it off", async () => {
    const { spec, console } = await fleet.boot("plain", { guestLink: false });
    expect(() => fleet.supervisor.inside(spec.id)).toThrow(/switched off/);
    console.type("cat /proc/cmdline; cat /run/inittab\r");
    expect(await console.see(/respawn/)).not.toContain("corral.link");
    expect(fleet.supervisor.status(spec.id).link).toBe("off");
  });
});

describe("a guest whose image has the link's script of before, version 2", () => {
  let fleet: TestFleet;
  let id: string;
  beforeAll(async () => {
    fleet = await TestFleet.open();
    putFile(fleet.image, fileURLToPath(new URL("../testing/older/link-2", import.meta.url)), "usr/lib/corral/link");
    id = (await fleet.boot("older1")).spec.id;
  });
  afterAll(() => fleet.end());

  const exec = (command: string[], more: object = {}) =>
    fleet.supervisor.inside(id).exec(execRequest.parse({ command, timeoutMs: PATIENCE_MS, ...more }));

  it("keeps its link, with input and output whole by checksum", async () => {
    const input = randomBytes(100_000);
    expect(await exec(["sha256sum"], { input: input.toString("base64") })).toMatchObject({
      exitCode: 0,
      incomplete: false,
      stdout: `${checksum(input)}  -\n`,
    });
    const words = ["it's", "two\nlines", "x".repeat(6000)];
    expect(await exec(["printf", "<%s>", ...words])).toMatchObject({ stdout: words.map((w) => `<${w}>`).join("") });
    const answer = await exec(["sh", "-c", "yes 0123456789 | head -c 200000"]);
    expect(checksum(answer.stdout)).toBe(checksum("0123456789\n".repeat(20_000).slice(0, 200_000)));
    expect((await fleet.supervisor.inside(id).processes()).processes.some(({ pid }) => pid === 1)).toBe(true);
  });

  it("loses nothing of what commands print while other programs take all of its time, and says what it has not seen", async () => {
    const hog = "nice -n -20 sh -c 'until [ -e /tmp/calm ]; do :; done' >/dev/null 2>&1 &";
    await exec(["sh", "-c", hog.repeat(2)]);
    const answers = await Promise.all(Array.from({ length: 4 }, (_, number) => exec(["echo", `alive ${number}`])));
    await exec(["touch", "/tmp/calm"]);
    for (const [number, answer] of answers.entries()) {
      expect(answer).toMatchObject({ exitCode: 0, incomplete: false, stdout: `alive ${number}\n` });
    }
    expect(await exec(["sh", "-c", "sleep 1000 & echo mine"])).toMatchObject({ incomplete: true, stdout: "mine\n" });
  });
});

describe("a guest whose link program begins late", () => {
  let fleet: TestFleet;
  afterAll(() => fleet.end());

  it("says so at its boot, and is waited for", async () => {
    fleet = await TestFleet.open();
    const late = join(fleet.home, "late");
    writeFileSync(late, '#!/bin/sh\nuntil [ -e /tmp/begin ]; do sleep 0.1; done; exec /usr/lib/corral/real "$1"\n');
    putFile(fleet.image, LINK_PROGRAM, "usr/lib/corral/real");
    putFile(fleet.image, late, "usr/lib/corral/link");
    const { spec, console } = await fleet.boot("late1");
    expect(fleet.supervisor.status(spec.id).link).toBe("coming");
    const request = execRequest.parse({ command: ["echo", "patient"], timeoutMs: PATIENCE_MS });
    // Longer than a guest is waited for that says nothing of a link.
    const answer = fleet.supervisor.inside(spec.id).exec(request);
    console.type("sleep 4; touch /tmp/begin\r");
    expect(await answer).toMatchObject({ exitCode: 0, stdout: "patient\n" });
    expect(fleet.supervisor.status(spec.id).link).toBe("up");
  });
});

describe("a server that is killed while a command runs", () => {
  let home: string;
  let server: ServerProcess;
  let spec: Awaited<ReturnType<typeof specOf>>;
  afterAll(async () => {
    await server.kill();
    const fleet = await TestFleet.open(home);
    await fleet.reopen([spec]);
    await fleet.end();
  });

  it("is followed by one that takes the link over, and ends what the first had begun", async () => {
    home = mkdtempSync(join(tmpdir(), "corral-"));
    server = new ServerProcess(home);
    spec = await specOf("killed1", await demoImage());
    await server.resume([spec]);
    await server.act(spec.id, "start");
    await server.see(spec.id, PROMPT);
    expect(await server.exec(spec.id, "echo", "one")).toMatchObject({ stdout: "one\n" });
    server.fireExec(spec.id, "sh", "-c", "touch /tmp/begun; exec yes | cat");
    await server.type(spec.id, "con0", "until [ -e /tmp/begun ]; do sleep 0.1; done; echo BE''GUN\r");
    await server.see(spec.id, /BEGUN/);
    await server.kill();

    server = new ServerProcess(home);
    expect(await server.resume([spec])).toMatchObject({ adopted: 1 });
    expect(await server.exec(spec.id, "echo", "two")).toMatchObject({ stdout: "two\n", exitCode: 0 });
    expect((await server.exec(spec.id, "ps")).stdout).not.toMatch(/yes\n/);
    await server.act(spec.id, "force-off");
  });
});
