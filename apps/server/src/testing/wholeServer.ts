import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Role } from "@corral/contracts";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { supervisorTools } from "../library/supervisorTools.ts";
import { type Server, startServer } from "../server.ts";
import type { Settings } from "../settings.ts";
import { testSettings } from "./testSettings.ts";

/** A data folder for `WholeServer.start`. Whoever makes it removes it. */
export const wholeHome = (): string => mkdtempSync(join(tmpdir(), "corral-whole-"));

/** A whole server with all that is real: kernel, image, guests, sandbox. It listens, and has its admin ada. */
export class WholeServer {
  readonly server: Server;
  readonly home: string;
  readonly #secrets = new Map<string, string>();

  private constructor(server: Server, home: string) {
    this.server = server;
    this.home = home;
  }

  static async start(home: string, changes: Partial<Settings> = {}): Promise<WholeServer> {
    const settings = testSettings(home, changes);
    const log = pino({ level: settings.logLevel });
    const server = await startServer({ settings, tools: supervisorTools(home), log, pageFolder: home });
    const started = new WholeServer(server, home);
    started.user("ada", "admin");
    await started.#stocked();
    return started;
  }

  /** Makes a user, if there is none of that name, and a token for `call`. */
  user(name: string, role: Role): void {
    const { store, tokens } = this.server.app.services;
    const user = store.users.find(name) ?? store.users.insert({ name, role, passwordHash: "" });
    this.#secrets.set(name, tokens.create(user, "test").secret);
  }

  headersOf(name = "ada"): { authorization: string } {
    return { authorization: `Bearer ${this.#secrets.get(name)}` };
  }

  /** A request of somebody's by their token. */
  call(
    method: NonNullable<InjectOptions["method"]>,
    path: string,
    body?: object,
    who?: string,
  ): Promise<LightMyRequestResponse> {
    return this.server.app.http.inject({
      method,
      url: `/api/v1${path}`,
      headers: { ...this.headersOf(who), host: new URL(this.server.address).host },
      ...(body === undefined ? {} : { payload: body }),
    });
  }

  /** Its port, as TestSocket wants it. */
  async listen(): Promise<number> {
    return Number(new URL(this.server.address).port);
  }

  /** Ends it with its guests. The data folder stays. */
  async end(): Promise<void> {
    const { runFolder } = this.server.app.services.supervisor;
    await this.server.close({ stopGuests: true });
    rmSync(runFolder, { recursive: true, force: true });
  }

  /** Waits for what a first start does of its own accord: it finds the kernel and builds the demo image. */
  async #stocked(): Promise<void> {
    const { store, tasks } = this.server.app.services;
    while (store.images.list().length === 0) {
      const failed = tasks.list().find(({ state }) => state === "failed");
      if (failed !== undefined) throw new Error(`${failed.title}: ${failed.error}`);
      await sleep(20);
    }
  }
}
