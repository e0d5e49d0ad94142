import { randomBytes } from "node:crypto";
import { readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProcessIdentity, RunLine } from "../guest/launchRecord.ts";
import { closePty, openPty, type PtyPair } from "../pty.ts";
import { isAlive } from "../sandbox/processes.ts";
import { TestFleet, until, type Viewing } from "../testing/fleet.ts";

const CONSOLES = [
  { name: "con0", channel: "fd" },
  { name: "con1", channel: "pts" },
  { name: "ssl0", channel: "port:9100" },
  { name: "ssl1", channel: "null", output: "fd" },
  { name: "con2", channel: "null" },
  { name: "ssl2", channel: "fd", output: "pts" },
  { name: "ssl3", channel: "pts", output: "fd" },
];

/** What was not taken by then is lost. */
const TAKEN_MS = 5_000;
const TRIES = 3;

/** What came out of the far end of a serial line since the last look. */
const readSerial = (fd: number): string => {
  const buffer = Buffer.alloc(4096);
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return "";
    throw error;
  }
};

describe("a guest with a console of each kind", () => {
  let fleet: TestFleet;
  /** Ptys of this test stand in for serial lines of the host: what is a guest's is the slave, at the far end we are. */
  const serial = [openPty(80, 24), openPty(80, 24)];
  const [both, output] = serial as [PtyPair, PtyPair];
  let booted: Awaited<ReturnType<TestFleet["boot"]>>;
  beforeAll(async () => {
    fleet = await TestFleet.open();
    booted = await fleet.boot("lines1", {
      consoles: [
        ...CONSOLES,
        { name: "ssl4", channel: `tty:/dev/pts/${both.number}` },
        { name: "ssl5", channel: "fd", output: `tty:/dev/pts/${output.number}` },
      ],
    });
  });
  afterAll(async () => {
    await fleet.end();
    for (const pty of serial) closePty(pty);
  });

  const consoleOf = (name: string) =>
    fleet.supervisor.status(booted.spec.id).consoles.find((console) => console.name === name);
  const attachable = (name: string) =>
    until(
      () => consoleOf(name)?.attachable === true,
      () => `${name} to be connected: ${JSON.stringify(consoleOf(name))}`,
    );

  /** Attaches once the console is connected, and presses return for a prompt. */
  const viewOf = async (name: string): Promise<Viewing> => {
    await attachable(name);
    const console = fleet.view(booted.spec.id, name);
    console.type("\r");
    return console;
  };

  it("has a shell on the pts and on the port, each with a log of its own", async () => {
    for (const [name, tty] of [
      ["con1", "/dev/tty1"],
      ["ssl0", "/dev/ttyS0"],
    ] as const) {
      const console = await viewOf(name);
      console.type("mine=$(tty); echo on $mine\r");
      await console.see(new RegExp(`on ${tty}`));
      console.detach();
    }
    expect(consoleOf("con1")).toMatchObject({ channel: "pts", note: null });
  });

  it("is told the size of a window on a port", async () => {
    const console = await viewOf("ssl0");
    console.resize(93, 31);
    console.type("stty size\r");
    await console.see(/31 93/);
    console.detach();
  });

  it("has the size of the window on a pts too, by the guest link", async () => {
    const console = await viewOf("con1");
    for (const [cols, rows] of [
      [97, 33],
      [71, 21],
    ] as const) {
      console.resize(cols, rows);
      console.type(`until [ "$(stty size)" = "${rows} ${cols}" ]; do sleep 0.1; done; echo size-$((${cols}+1))\r`);
      await console.see(new RegExp(`size-${cols + 1}`));
    }
    console.detach();
  });

  it("brings every byte through a port, 255 and carriage returns among them", async () => {
    const console = await viewOf("ssl0");
    console.type("stty -opost; printf '<\\377\\377\\r\\000\\r\\n>'; stty opost\r");
    await console.see(/<\xff\xff\r\0\r\n>/);
    console.detach();
  });

  it("shows what is printed to one end of a console and says that it takes no input", async () => {
    const watched = fleet.view(booted.spec.id, "ssl1");
    booted.console.type("echo only-$((1+1)) > /dev/ttyS1\r");
    await watched.see(/only-2/);
    watched.detach();
  });

  it("is read by one channel and written by another", async () => {
    for (const [name, tty] of [
      ["ssl2", "/dev/ttyS2"],
      ["ssl3", "/dev/ttyS3"],
    ] as const) {
      const console = await viewOf(name);
      console.type("echo split on $(tty)\r");
      await console.see(new RegExp(`split on ${tty}`));
      console.detach();
    }
  });

  it("has a shell on a terminal of the host, which no guest's own user may open", async () => {
    expect(consoleOf("ssl4")).toBeUndefined();
    let text = "";
    writeSync(both.master, "\recho serial on $(tty)\r");
    await until(
      () => {
        text += readSerial(both.master);
        return text.includes("serial on /dev/ttyS4");
      },
      () => `the shell on the serial line, which printed ${JSON.stringify(text)}`,
    );
    // Typed here, printed there.
    const console = await viewOf("ssl5");
    console.type("echo there on $(tty)\r");
    text = "";
    await until(
      () => {
        text += readSerial(output.master);
        return text.includes("there on /dev/ttyS5");
      },
      () => `what was typed here to be printed there: ${JSON.stringify(text)}`,
    );
    expect(logOf("ssl5")).toBe("");
    console.detach();
  });

  it("goes on with the next shell when one has ended", async () => {
    for (const name of ["con1", "ssl0"]) {
      const console = await viewOf(name);
      console.type("exit\r");
      await console.see(/built-in shell[\s\S]*# (.\[6n)?$/);
      console.type("echo mine=[$mine]; mine=$(tty)\r");
      await console.see(/mine=\[\]/);
      console.detach();
    }
  });

  it("keeps the shells on them while no server runs, and what they print", async () => {
    for (const name of ["con1", "ssl0"]) {
      const console = await viewOf(name);
      console.type("(sleep 0.3; echo meanwhile-$((1+1))) &\r");
      await console.see(/&\r/);
      console.detach();
    }
    await fleet.supervisor.close({ stopGuests: false });
    await sleep(600);
    await fleet.reopen([booted.spec]);
    for (const [name, tty] of [
      ["con1", "/dev/tty1"],
      ["ssl0", "/dev/ttyS0"],
    ] as const) {
      const console = await viewOf(name);
      console.type("echo still $mine\r");
      await console.see(new RegExp(`still ${tty}`));
      console.detach();
      await until(
        () => logOf(name).includes("meanwhile-2"),
        () => `what ${name} printed meanwhile`,
      );
      expect(logOf(name).match(/meanwhile-2/g)).toHaveLength(1);
    }
  });

  it("gets another channel while it runs, unless a program has the console open", async () => {
    const { id } = booted.spec;
    const change = (name: string, channel: string) => fleet.supervisor.changeConsole(id, name, { channel });
    // A second try begins where the first one was left.
    const attempt = randomBytes(3).toString("hex");
    await change("con2", "null").catch(() => {});
    await expect(change("con1", "null")).rejects.toMatchObject({ code: "wrong_state" });
    await expect(change("con2", "fd")).rejects.toMatchObject({ code: "impossible" });
    await expect(change("con2", "tty:/dev/tty1")).rejects.toMatchObject({ code: "impossible" });
    expect(fleet.supervisor.status(id).restartNeeded).toBe(false);

    const main = fleet.view(id);
    for (const channel of ["pts", "port:9101"]) {
      await change("con2", channel);
      expect(fleet.supervisor.status(id)).toMatchObject({ restartNeeded: true });
      const kind = `${channel.slice(0, 3)}-${attempt}`;
      const command = `sh -c 'echo by-${kind}-$((1+1)); read word; echo got $word' > /dev/tty2 < /dev/tty2`;
      // Entered twice it is done once. A console that is just being connected may refuse to be opened.
      await enter(main, `mkdir /${kind} && until ${command}; do sleep 1; done; echo shut-${kind}-$((1+1))`, () =>
        logOf("con2").includes(`by-${kind}-2`),
      );
      await attachable("con2");
      const console = fleet.view(id, "con2");
      await enter(console, "hello", () => console.text().includes("got hello"));
      console.detach();
      // The shell has it open until it has ended.
      await main.see(new RegExp(`shut-${kind}-2`));
    }
    await change("con2", "null");
    expect(fleet.supervisor.status(id)).toMatchObject({ restartNeeded: false });
    await change("ssl1", "null");
    await change("ssl1", "fd");
    const back = fleet.view(id, "ssl1");
    main.type("echo again-$((1+1)) > /dev/ttyS1\r");
    await back.see(/again-2/);
    main.detach();
  });

  it("leaves no process behind", async () => {
    const record = JSON.parse(readFileSync(join(fleet.home, "guests", booted.spec.id, "launch.json"), "utf8"));
    const keepers: ProcessIdentity[] = record.lines.flatMap((line: RunLine) => line.keepers);
    expect(keepers.filter(isAlive).length).toBeGreaterThanOrEqual(2);
    await fleet.supervisor.act(booted.spec.id, "force-off");
    await until(
      () => !keepers.some(isAlive),
      () => `the end of ${JSON.stringify(keepers.filter(isAlive))}`,
    );
  });

  /**
   * While a console is opened or connected its kernel has a word to say, and what is typed at that moment is lost
   * (docs/uml.md, "Consoles and channels"): then it is typed again.
   */
  const enter = async (console: Viewing, words: string, isTaken: () => boolean): Promise<void> => {
    for (let tries = 0; tries < TRIES && !isTaken(); tries += 1) {
      console.type(`${words}\r`);
      await until(isTaken, () => "what was typed to be taken", TAKEN_MS).catch(() => {});
    }
    expect(isTaken(), `${words} to be taken; its end: ${JSON.stringify(console.text().slice(-400))}`).toBe(true);
  };
  const logOf = (name: string): string =>
    Buffer.from(fleet.supervisor.readLog(booted.spec.id, name, 0, 1 << 20).bytes).toString("latin1");
});

it("a guest whose main console is a port boots, since Corral connects to it", async () => {
  const fleet = await TestFleet.open();
  try {
    const { spec } = await fleet.boot("port1", { consoles: [{ name: "con0", channel: "port:9100" }] });
    await fleet.state(spec.id, "running");
  } finally {
    await fleet.end();
  }
});
