import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type GuestDefinition, type GuestState, guestDefinition, newGuest } from "@corral/contracts";
import { probeKernel } from "@corral/uml";
import { buildDemoImage } from "../images/demoImage.ts";
import { GUEST_FILES, GUEST_PROGRAMS } from "../images/guestFiles.ts";
import { type GuestSpec, Supervisor, type SupervisorEvent, type SupervisorOptions } from "../index.ts";

/** Everything here waits on real guests of a machine that may be busy: generous, and only ever reached by a failure. */
const PATIENCE_MS = 40_000;

const KERNEL = "/usr/bin/linux.uml";

/**
 * The shell of the demo image at its prompt; it asks the terminal where the cursor is, and may draw it again. The kernel
 * may have a word about a line of pts after that.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the question is an escape sequence
export const PROMPT = /# (\u001b\[6n|\u001b\[J)?(\w+ line \d+ assigned device '[^']+'\r\n)*$/;

/** The demo image, built once for all test files of a run and copied into each fleet's own folder. */
export const demoImage = async (): Promise<string> => {
  const shared = join(tmpdir(), `corral-demo-image-${process.getuid?.()}`);
  const file = join(shared, `demo-${digestOf([join(GUEST_FILES, "demo"), GUEST_PROGRAMS])}.img`);
  if (existsSync(file)) return file;
  mkdirSync(shared, { recursive: true });
  const work = mkdtempSync(join(shared, "work-"));
  await buildDemoImage(
    { modules: [] },
    {
      file: join(work, "whole.img"),
      workFolder: work,
      signal: new AbortController().signal,
      onOutput: () => {},
      onProgress: () => {},
    },
  );
  renameSync(join(work, "whole.img"), file);
  rmSync(work, { recursive: true, force: true });
  return file;
};

/** Of what our image is made of, so that another checkout's image is not taken for this one's. */
const digestOf = (folders: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
    }
  }
  return hash.digest("hex").slice(0, 12);
};

/** Puts a program into an image in the place of the one that is there, as images of an older Corral have it. */
export const putFile = (image: string, from: string, path: string): void => {
  chmodSync(image, 0o644);
  const steps = [`rm ${path}`, `write ${from} ${path}`, `set_inode_field ${path} mode 0100755`];
  execFileSync("debugfs", ["-w", "-f", "-", image], { input: steps.join("\n"), stdio: ["pipe", "ignore", "ignore"] });
  chmodSync(image, 0o444);
};

export interface Viewing {
  readonly text: () => string;
  readonly type: (keys: string) => void;
  /** Lets lines be typed that no terminal holds, which are refused otherwise. */
  readonly allowLongLines: () => void;
  readonly resize: (cols: number, rows: number) => void;
  readonly detach: () => void;
  /** Waits until the console has printed this since it was attached, and returns all that it printed. */
  readonly see: (pattern: RegExp, patienceMs?: number) => Promise<string>;
}

/** A data folder with a supervisor and guests of 64 MiB, which `end` ends to the last process. */
export class TestFleet {
  readonly home: string;
  readonly image: string;
  readonly events: SupervisorEvent[] = [];
  supervisor: Supervisor;
  readonly #options: SupervisorOptions;
  readonly #specs: GuestSpec[] = [];

  private constructor(home: string, image: string, options: SupervisorOptions) {
    this.home = home;
    this.image = image;
    this.#options = options;
    this.supervisor = this.#supervise();
  }

  static async open(
    home = mkdtempSync(join(tmpdir(), "corral-")),
    options: SupervisorOptions = {},
  ): Promise<TestFleet> {
    const image = join(home, "image.img");
    cpSync(await demoImage(), image, { preserveTimestamps: true });
    chmodSync(image, 0o444);
    return new TestFleet(home, image, options);
  }

  #supervise(): Supervisor {
    const supervisor = new Supervisor(this.home, this.#options);
    supervisor.onEvent((event) => this.events.push(event));
    return supervisor;
  }

  /** As after a restart of the server: lets go of everything and begins anew. */
  async reopen(specs: readonly GuestSpec[]): Promise<{ adopted: number }> {
    await this.supervisor.close({ stopGuests: false });
    this.supervisor = this.#supervise();
    for (const spec of specs) this.supervisor.define(spec);
    return this.supervisor.resume();
  }

  async spec(name: string, changes: Partial<GuestDefinition> = {}): Promise<GuestSpec> {
    const spec = await specOf(name, this.image, changes);
    this.#specs.push(spec);
    return spec;
  }

  /** Forces off what a test left on, so that the next one is not disturbed. */
  async allOff(): Promise<void> {
    for (const { id } of this.#specs.splice(0)) await this.supervisor.act(id, "force-off").catch(() => {});
  }

  /** Defines and starts a guest, and waits for its prompt. */
  async boot(name: string, changes: Partial<GuestDefinition> = {}): Promise<{ spec: GuestSpec; console: Viewing }> {
    const spec = await this.spec(name, changes);
    this.supervisor.define(spec);
    const console = this.view(spec.id);
    await this.supervisor.act(spec.id, "start");
    await console.see(PROMPT);
    return { spec, console };
  }

  view(id: string, name = "con0"): Viewing {
    return viewing(this.supervisor, id, name);
  }

  async state(id: string, ...states: GuestState[]): Promise<void> {
    await until(
      () => states.includes(this.supervisor.status(id).state),
      () => `state ${states.join(" or ")}, is ${JSON.stringify(this.supervisor.status(id))}`,
    );
  }

  /** Forces off what runs and removes the folder. */
  async end(): Promise<void> {
    await this.supervisor.close({ stopGuests: true });
    rmSync(this.supervisor.runFolder, { recursive: true, force: true });
    rmSync(this.home, { recursive: true, force: true });
  }
}

export const specOf = async (
  name: string,
  image: string,
  changes: Partial<GuestDefinition> = {},
): Promise<GuestSpec> => {
  const { image: _, start: __, disks, owner, kernel, ...rest } = newGuest.parse({ name, memoryMiB: 64 });
  const definition = guestDefinition.parse({
    ...rest,
    owner: owner ?? "root",
    kernel: kernel ?? "linux",
    disks: disks ?? [{ ubd: 0, source: { kind: "image", image: "demo" } }],
    restartPolicy: "never",
    ...changes,
  });
  const facts = statSync(image);
  const { version, abilities } = await probeKernel(KERNEL);
  return {
    id: randomBytes(8).toString("hex"),
    definition,
    kernel: { path: KERNEL, version, modules: `/usr/lib/uml/modules/${version}`, watchdog: abilities.watchdog },
    disks: definition.disks.map((disk) => ({
      ubd: disk.ubd,
      serial: disk.serial,
      flags: disk,
      ...(disk.source.kind === "image"
        ? {
            kind: "cow" as const,
            image: { name: "demo", path: image, size: facts.size, mtimeS: Math.floor(facts.mtimeMs / 1000) },
          }
        : disk.source.kind === "empty"
          ? { kind: "empty" as const, sizeBytes: disk.source.sizeMiB * 1024 * 1024 }
          : { kind: "file" as const, path: disk.source.path }),
    })),
  };
};

export const viewing = (
  supervisor: Pick<Supervisor, "attach"> & Partial<Pick<Supervisor, "status">>,
  id: string,
  name: string,
  since?: number,
): Viewing => {
  let text = "";
  const port = {
    send: () => {},
    sendBytes: (bytes: Uint8Array) => {
      text += Buffer.from(bytes).toString("latin1");
      received += bytes.length;
      viewer?.ack(received);
    },
    bufferedBytes: () => 0,
    close: () => {},
  };
  let received = since ?? supervisor.status?.(id).consoles.find((console) => console.name === name)?.bytes ?? 0;
  let viewer: ReturnType<Supervisor["attach"]> | null = null;
  viewer = supervisor.attach(id, name, port, {
    since: received,
    cols: 80,
    rows: 24,
    role: "writer",
    user: "test",
    from: "here",
  });
  const attached = viewer;
  attached.ack(received);
  return {
    text: () => text,
    type: (keys) => attached.input(Buffer.from(keys)),
    allowLongLines: () => attached.allowLongLines(true),
    resize: (cols, rows) => attached.resize(cols, rows),
    detach: () => attached.detach(),
    see: async (pattern, patienceMs) => {
      await until(
        () => pattern.test(text),
        () => `${pattern} on ${name}; its end: ${JSON.stringify(text.slice(-400))}`,
        patienceMs,
      );
      return text;
    },
  };
};

/** Waits for something that happens soon. Never asserts how soon. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  what: () => string,
  patienceMs: number = PATIENCE_MS,
): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${patienceMs} ms in vain for ${what()}`);
    await sleep(10);
  }
};

/** Processes of the host whose command line mentions this text: a guest's run folder or launch id finds all of it. */
export const processesOf = (text: string): string[] =>
  execFileSync("ps", ["-eo", "pid,stat,args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line))
    .map((line) => line.slice(0, 60));
