import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Client, createClient, type Guest, type GuestState } from "../../packages/contracts/src/index.ts";

/** Waiting on real guests of a machine that may be busy: only ever reached by a failure. */
const PATIENCE_MS = 90_000;
const MAIN = fileURLToPath(new URL("../../apps/server/dist/main.js", import.meta.url));

export const PERSON = { name: "ada", password: "correct horse battery" };

/** The built server, started as a person would start it, in a data folder of its own. */
export class RunningServer {
  readonly home: string;
  readonly port: number;
  readonly #env: NodeJS.ProcessEnv;
  /** A program and its arguments that start it in turn. */
  readonly #under: (home: string) => readonly string[];
  #child: ChildProcess;
  #output = "";
  #cookie = "";

  private constructor(
    port: number,
    env: NodeJS.ProcessEnv,
    under: (home: string) => readonly string[] = () => [],
    home = mkdtempSync(join(tmpdir(), "corral-server-")),
  ) {
    this.home = home;
    this.port = port;
    this.#env = env;
    this.#under = under;
    this.#child = this.#spawn();
  }

  /** `settings`: further ones, when its port is known. `under`: a program and its arguments that start it in turn. */
  static async start(
    settings?: (port: number) => Promise<NodeJS.ProcessEnv>,
    under: readonly string[] = [],
  ): Promise<RunningServer> {
    const port = await freePort();
    const server = new RunningServer(port, (await settings?.(port)) ?? {}, () => under);
    await server.#up();
    return server;
  }

  /** In this data folder, which goes with it. */
  static async startIn(home: string): Promise<RunningServer> {
    const server = new RunningServer(await freePort(), {}, undefined, home);
    await server.#up();
    return server;
  }

  /** Its data folder is a disk of its own of this size, which goes with it. */
  static async startOnSmallDisk(sizeMiB: number): Promise<RunningServer> {
    const server = new RunningServer(await freePort(), {}, (home) => onSmallDisk(home, sizeMiB));
    await server.#up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  get pid(): number {
    return this.#child.pid as number;
  }
  /** Everything it has printed. */
  get output(): string {
    return this.#output;
  }
  /** The one-time link that the first start prints. */
  get link(): string {
    const link = /http:\S+\/link#[\w-]+/.exec(this.#output)?.[0];
    if (link === undefined) throw new Error(`the server printed no link:\n${this.#output}`);
    return link;
  }

  #spawn(): ChildProcess {
    const [program = "", ...args] = [...this.#under(this.home), process.execPath, MAIN];
    const child = spawn(program, args, {
      env: {
        ...process.env,
        CORRAL_HOME: this.home,
        CORRAL_PORT: String(this.port),
        NODE_ENV: "production",
        ...this.#env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output += chunk;
      });
    }
    return child;
  }

  async #up(): Promise<void> {
    await until(async () => {
      if (this.#child.exitCode !== null) throw new Error(`the server ended:\n${this.#output}`);
      return fetch(`${this.url}/api/v1/health`).then(
        (response) => response.ok,
        () => false,
      );
    }, "the server to answer");
  }

  /** Ends the server with a signal and starts it again over the same data. */
  async restart(signal: NodeJS.Signals): Promise<void> {
    await this.kill(signal);
    this.#output = "";
    this.#child = this.#spawn();
    await this.#up();
  }
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    await gone;
  }

  /** Makes the first admin through the one-time link. */
  async becomeAdmin(): Promise<void> {
    await this.client.redeemLink({ body: { secret: this.link.split("#")[1] as string, ...PERSON } });
  }

  get headers(): Record<string, string> {
    return { cookie: this.#cookie, origin: this.url };
  }
  get client(): Client {
    return createClient(this.url, async (url, init) => {
      const response = await fetch(url, { ...init, headers: { ...(init.headers as object), ...this.headers } });
      const cookie = response.headers.getSetCookie()[0]?.split(";")[0];
      if (cookie !== undefined) this.#cookie = cookie;
      return response;
    });
  }

  /** Waits for the demo image that a first start builds by itself. */
  async demoImage(): Promise<string> {
    let name = "";
    await until(async () => {
      name = (await this.client.listImages({})).items[0]?.name ?? "";
      return name !== "";
    }, "the demo image");
    return name;
  }

  async state(guest: string, ...states: GuestState[]): Promise<Guest> {
    let now = await this.client.getGuest({ params: { id: guest } });
    await until(
      async () => {
        now = await this.client.getGuest({ params: { id: guest } });
        return states.includes(now.state);
      },
      `${guest} to be ${states.join(" or ")}`,
    );
    return now;
  }

  /** Forces every guest off, ends the server, removes its data. */
  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const { items } = await this.client.listGuests({});
      await Promise.allSettled(
        items.map((guest) => this.client.guestAction({ params: { id: guest.id, action: "force-off" } })),
      );
      await this.kill("SIGTERM");
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

/**
 * What a command is to begin with, so that a small disk is mounted at `folder` for it and what it starts. It takes two user
 * namespaces: one in which whoever runs the test may mount, and one in which the command is an ordinary user again.
 */
const onSmallDisk = (folder: string, sizeMiB: number): string[] => {
  const mountAndGoOn =
    'mount -t tmpfs -o "size=$1m,mode=700" none "$2" && shift 2 && exec unshare --user --map-user=1000 --map-group=1000 "$@"';
  return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mountAndGoOn, "sh", String(sizeMiB), folder];
};

export const until = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
    await sleep(25);
  }
};

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};
