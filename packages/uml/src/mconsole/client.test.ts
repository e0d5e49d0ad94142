import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { BareGuest, makeFolder, makeImage } from "../testing/bareGuest.ts";
import { Channel } from "./channel.ts";
import { MconsoleClient } from "./client.ts";
import { DatagramSocket } from "./datagramSocket.ts";

let folder: string;
let image: string;

beforeAll(async () => {
  folder = await makeFolder();
  image = await makeImage(folder);
});

afterAll(() => rm(folder, { recursive: true }));

/** Sockets of clients that are still bound. */
const clientSockets = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.startsWith("c."));

/** Only a failure waits so long. */
const PATIENCE = { timeout: 20_000, interval: 50 };

describe("a real guest", () => {
  let guest: BareGuest;
  let client: MconsoleClient;

  beforeAll(async () => {
    guest = await BareGuest.boot(folder, image);
    client = new MconsoleClient({ ...guest, kernelVersion: "6.1.176" });
  });

  afterAll(async () => {
    client.close();
    expect(await clientSockets()).toEqual([]);
    await guest.end();
  });

  afterEach(async () => {
    // The one that is kept for a while.
    expect((await clientSockets()).length).toBeLessThanOrEqual(1);
  });

  it("answers as it does to uml_mconsole", async () => {
    const reference = (...command: string[]): string =>
      execFileSync("uml_mconsole", [guest.socketPath, command.join(" ")], { stdio: "pipe", timeout: 10_000 })
        .toString()
        .replace(/^OK ?/, "")
        .trim();
    expect((await client.version()).trim()).toBe(reference("version"));
    // uml_mconsole adds commands of its own at the end.
    expect(reference("help").startsWith((await client.help()).trim())).toBe(true);
    expect(await client.getConfig("con0")).toBe(reference("config", "con0"));
    expect(await client.getConfig("ubd0")).toBe(reference("config", "ubd0"));
    expect((await client.proc("version")).trim()).toBe(reference("proc", "version"));
    expect((await client.sysrq("h")).trim()).toBe(reference("sysrq", "h"));
  });

  it("tells its settings and its /proc", async () => {
    expect(await client.version()).toMatch(/^Linux \S+ \d+\.\d+/);
    expect(await client.getConfig("con0")).toBe("fd:3");
    expect(await client.getConfig("ubd0")).toBe(image);
    expect(await client.proc("meminfo")).toMatch(/^MemTotal: +\d+ kB/);
    expect(await client.proc("1/mounts")).toContain(" / ext4 ");
    expect(await client.stack(1)).toContain("Call Trace");
  });

  it("gives long answers whole, to a reader that is late too", async () => {
    const answer = client.sysrq("q");
    // Holds the event loop while the guest sends more than an unconnected queue would hold.
    await Promise.resolve();
    const until = performance.now() + 300;
    while (performance.now() < until);
    expect(await answer).toMatch(/Timer List Version.*event_handler/s);
  });

  it("takes commands given together one after the other", async () => {
    const versions = await Promise.all(Array.from({ length: 30 }, () => client.version()));
    expect(new Set(versions).size).toBe(1);
  });

  it("lets a command that yields wait for nobody, and nobody for it", async () => {
    const behind = client.version();
    await expect(client.proc("uptime", { yields: true })).rejects.toMatchObject({ code: "busy" });
    expect(await behind).toContain("Linux");
    expect(await client.proc("uptime", { yields: true })).toMatch(/^[\d.]+ [\d.]+/);
    process.kill(guest.pid, "SIGSTOP");
    const sample = client.proc("uptime", { yields: true, timeoutMs: 20_000 });
    const asked = client.version();
    process.kill(guest.pid, "SIGCONT");
    await expect(sample).rejects.toMatchObject({ code: "busy" });
    expect(await asked).toContain("Linux");
    expect(await client.proc("uptime", { yields: true })).toMatch(/^[\d.]+ [\d.]+/);
  });

  it("refuses with its own words, and goes on", async () => {
    await expect(client.go()).rejects.toMatchObject({ code: "refused", err: 1, kernelText: "Not stopped" });
    await expect(client.setConfig("ubd1", "/nosuch/file")).rejects.toMatchObject({ code: "refused", err: -2 });
    await expect(client.remove("ubd7")).rejects.toMatchObject({ code: "refused" });
    await expect(client.proc("nosuch")).rejects.toMatchObject({ code: "refused" });
    expect(await client.version()).toContain("Linux");
  });

  it("plugs disks in and out", async () => {
    const file = join(folder, "extra.img");
    await writeFile(file, Buffer.alloc(1024 * 1024));
    expect(await client.setConfig("ubd5", file)).toBe("");
    expect(await client.getConfig("ubd5")).toBe(file);
    // 6.12 still looks for partitions, and calls the device open meanwhile.
    await vi.waitFor(() => client.remove("ubd5"), { timeout: 20_000 });
    expect(await client.getConfig("ubd5")).toBe("");
  });

  it("pauses and goes on", async () => {
    await client.stop();
    await expect(client.stop()).rejects.toMatchObject({ code: "refused", kernelText: "Already stopped" });
    expect(await client.version()).toContain("Linux");
    await client.go();
  });

  it("puts a line into its log", async () => {
    await client.log("a line from outside, wörldly");
    await guest.logs("a line from outside, wörldly\n");
  });

  it("is never sent what would wreck it, or does not fit", async () => {
    for (const command of ["sysrq t", "sysrq b", "sysrq c", "proc kcore", "proc 1/root/dev/zero", "int"]) {
      await expect(client.raw(command)).rejects.toMatchObject({ code: "forbidden" });
    }
    await expect(client.log("x\ny")).rejects.toMatchObject({ code: "forbidden" });
    await expect(client.log("x".repeat(512))).rejects.toMatchObject({ code: "too-long" });
    await client.log("x".repeat(506));
  });

  it.runIf(process.getuid?.() === 0)(
    "is asked through the address that is kept once its folder is read-only",
    async () => {
      const kept = join(folder, "kept");
      await mkdir(kept);
      execFileSync("mount", ["-t", "tmpfs", "none", kept]);
      const keeping = new MconsoleClient({
        ...guest,
        clientPath: join(kept, "c"),
        kernelVersion: "6.1.176",
        idleMs: 20,
        keepsAddress: true,
      });
      try {
        execFileSync("mount", ["-o", "remount,ro", kept]);
        expect(await keeping.version()).toContain("Linux");
        await expect(keeping.go()).rejects.toMatchObject({ code: "refused" });
        process.kill(-guest.pid, "SIGSTOP");
        const late = keeping.getConfig("con0", { timeoutMs: 50 });
        await expect(late).rejects.toMatchObject({ code: "silent" });
        const second = keeping.version({ timeoutMs: 50 });
        await expect(second).rejects.toMatchObject({
          code: "silent",
          message: expect.stringContaining("was not sent"),
        });
        const third = keeping.proc("version");
        process.kill(-guest.pid, "SIGCONT");
        // Not the late answer to what was given up.
        expect(await third).toContain("Linux version");
        const sample = keeping.proc("uptime", { yields: true });
        const asked = keeping.version();
        await expect(sample).rejects.toMatchObject({ code: "busy" });
        expect(await asked).toMatch(/^Linux/);
        await keeping.stop();
        await keeping.go();
      } finally {
        process.kill(-guest.pid, "SIGCONT");
        keeping.close();
        execFileSync("umount", [kept]);
        await rm(kept, { recursive: true });
      }
    },
  );

  it("that is frozen is silent, and answers again when it thaws", async () => {
    process.kill(-guest.pid, "SIGSTOP");
    try {
      await expect(client.version({ timeoutMs: 100 })).rejects.toMatchObject({ code: "silent" });
      const calledOff = client.version({ signal: AbortSignal.timeout(50) });
      const behind = client.version({ timeoutMs: 20 });
      await expect(behind).rejects.toMatchObject({ code: "busy" });
      await expect(calledOff).rejects.toMatchObject({ code: "aborted" });
      // Its queue takes ten requests; all of these time out or find it full.
      const flood = Array.from({ length: 14 }, () => client.version({ timeoutMs: 30 }).catch((error) => error.code));
      for (const code of await Promise.all(flood)) expect(code).toMatch(/^(silent|busy)$/);
    } finally {
      process.kill(-guest.pid, "SIGCONT");
    }
    // Its queue is full until it has looked at what came meanwhile.
    await expect.poll(() => client.getConfig("con0").catch(({ code }) => code), PATIENCE).toBe("fd:3");
  });

  it("is asked nothing more once the client is closed", async () => {
    const own = new MconsoleClient({ ...guest, kernelVersion: null });
    const underWay = own.stack(1);
    const waiting = own.version();
    own.close();
    own.close();
    await expect(underWay).rejects.toMatchObject({ code: "closed" });
    await expect(waiting).rejects.toMatchObject({ code: "closed" });
    await expect(own.version()).rejects.toMatchObject({ code: "closed" });
    await expect(client.version({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
  });

  it("has a bounded number of commands waiting", async () => {
    const many = Array.from({ length: 60 }, () => client.version().catch((error) => error.code));
    expect((await Promise.all(many)).filter((answer) => answer === "busy")).toHaveLength(60 - 33);
  });
});

describe("a guest that is off", () => {
  it("is told from one that runs", async () => {
    const guest = await BareGuest.boot(folder, image);
    const client = new MconsoleClient({ ...guest, kernelVersion: null });
    expect(await client.version()).toContain("Linux");
    await guest.end();
    // Killed: the socket's file is still there, and nobody behind it once the kernel's helper processes are gone too.
    const outcome = (): Promise<string> => client.version({ timeoutMs: 100 }).catch((error) => error.code);
    await expect.poll(outcome, { timeout: 10_000 }).toBe("not-running");
    await rm(guest.umlDir, { recursive: true });
    await expect(client.version()).rejects.toMatchObject({ code: "not-running" });
    client.close();
    expect(await clientSockets()).toEqual([]);
  });

  it("shuts down in order on Ctrl-Alt-Del", async () => {
    const guest = await BareGuest.boot(folder, image);
    const client = new MconsoleClient({ ...guest, kernelVersion: null });
    await client.cad();
    expect(await guest.exit).toEqual({ exitCode: 0, signal: null });
    client.close();
    await guest.end();
  });
});

describe("an answer without end", () => {
  it("is given up, from a real guest that reads its kcore", async () => {
    const guest = await BareGuest.boot(folder, image);
    try {
      await expect(new Channel(guest).ask("proc kcore")).rejects.toMatchObject({ code: "too-much" });
    } finally {
      await guest.end();
    }
    expect(await clientSockets()).toEqual([]);
  });
});

/* Here the guest's end is played by a socket of the test, since a real kernel cannot be made to lie. */
describe("a hostile guest", () => {
  let umlDir: string;
  let umidFolder: string;
  let client: MconsoleClient;

  const play = (onRequest: (socket: DatagramSocket) => void): DatagramSocket => {
    const socket: DatagramSocket = new DatagramSocket({
      path: join(umidFolder, "mconsole"),
      onMessage: async () => {
        const [name] = await clientSockets();
        if (name === undefined) return;
        socket.connect(join(folder, name));
        onRequest(socket);
      },
      onError: () => {},
    });
    return socket;
  };

  const reply = (more: number, text: string): Buffer => {
    const header = Buffer.alloc(12);
    header.writeUInt32LE(more, 4);
    header.writeUInt32LE(Buffer.byteLength(text), 8);
    return Buffer.concat([header, Buffer.from(text)]);
  };

  beforeEach(async () => {
    umlDir = join(folder, "hostile");
    umidFolder = join(umlDir, "g");
    await mkdir(umidFolder, { recursive: true });
    client = new MconsoleClient({
      socketPath: join(umidFolder, "mconsole"),
      clientPath: join(folder, "c"),
      kernelVersion: null,
      timeoutMs: 2000,
    });
  });

  afterEach(async () => {
    client.close();
    await rm(umlDir, { recursive: true });
    expect(await clientSockets()).toEqual([]);
  });

  it("is asked through one socket, which goes after a while", async () => {
    const used = new Set<string>();
    const socket = play(async (answering) => {
      for (const name of await clientSockets()) used.add(name);
      answering.send(reply(0, "yes"));
    });
    expect(await client.version()).toBe("yes");
    expect(await client.version()).toBe("yes");
    expect([...used]).toEqual(await clientSockets());
    await expect.poll(clientSockets, { timeout: 20_000 }).toEqual([]);
    expect(used.size).toBe(1);
    socket.close();
  });

  it("that answers once more than it was asked is not taken to answer the next command", async () => {
    const twice = play((answering) => {
      answering.send(reply(0, "first"));
      answering.send(reply(0, "first again"));
    });
    expect(await client.version()).toBe("first");
    await expect.poll(clientSockets, { timeout: 20_000 }).toEqual([]);
    // A socket whose peer is gone cannot be connected to; a real guest's has none.
    twice.close();
    const once = play((answering) => answering.send(reply(0, "second")));
    expect(await client.version()).toBe("second");
    once.close();
  });

  it("that another takes the place of is left for the other", async () => {
    const old = play((answering) => answering.send(reply(0, "old")));
    expect(await client.version()).toBe("old");
    await rename(join(umidFolder, "mconsole"), join(umidFolder, "moved"));
    const other = play((answering) => answering.send(reply(0, "other")));
    expect(await client.version()).toBe("other");
    old.close();
    other.close();
  });

  it("that answers rubbish is not believed", async () => {
    const socket = play((answering) => answering.send(Buffer.from("rubbish")));
    await expect(client.version()).rejects.toMatchObject({ code: "malformed" });
    socket.close();
  });

  it("that answers for ever, with nothing, is given up", async () => {
    let talking = true;
    const socket = play((answering) => {
      const talk = (): void => {
        try {
          while (talking) answering.send(reply(1, ""));
        } catch {
          if (talking) setImmediate(talk);
        }
      };
      talk();
    });
    await expect(client.version({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: "too-much" });
    talking = false;
    socket.close();
  });

  it("that puts a symlink, a file or a stream socket in the socket's place is not talked to", async () => {
    const socket = play((answering) => answering.send(reply(0, "another guest")));
    expect(await client.version()).toBe("another guest");

    await rename(join(umidFolder, "mconsole"), join(umidFolder, "moved"));
    await symlink("moved", join(umidFolder, "mconsole"));
    await expect(client.version()).rejects.toMatchObject({ code: "not-a-socket" });

    await rm(join(umidFolder, "mconsole"));
    await writeFile(join(umidFolder, "mconsole"), "");
    await expect(client.version()).rejects.toMatchObject({ code: "not-a-socket" });

    await rm(join(umidFolder, "mconsole"));
    const stream = createServer().listen(join(umidFolder, "mconsole"));
    await once(stream, "listening");
    await expect(client.version()).rejects.toMatchObject({ code: "not-a-socket" });
    stream.close();
    socket.close();
  });

  it("that puts a symlink in its folder's place is not talked to", async () => {
    const other = join(umlDir, "other");
    const socket = play((answering) => answering.send(reply(0, "another guest")));
    await rename(umidFolder, other);
    await symlink(basename(other), umidFolder);
    expect(dirname(umidFolder)).toBe(umlDir);
    await expect(client.version()).rejects.toMatchObject({ code: "not-a-socket" });
    socket.close();
  });
});
