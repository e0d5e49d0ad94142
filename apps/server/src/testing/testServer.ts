import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Endpoint, endpoints, errorAnswer, errorsOf, type Role, type User } from "@corral/contracts";
import { openStore, type Store } from "@corral/store";
import { Supervisor } from "@corral/supervisor";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type App, buildApp } from "../app.ts";
import { hashPassword } from "../people/password.ts";
import type { Services } from "../services.ts";
import type { Settings } from "../settings.ts";
import { testSettings } from "./testSettings.ts";
import { ABILITIES, TestTools } from "./testTools.ts";

/** One hash for all users of the tests: hashing is slow on purpose. */
export const PASSWORD = "correct horse battery";
const passwordHash = hashPassword(PASSWORD);

export interface Login {
  readonly user: User;
  readonly cookie: string;
}

/** A server with a data folder, a database and a supervisor of its own, and nothing running. */
export class TestServer {
  readonly home: string;
  readonly app: App;
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly tools: TestTools;
  readonly logged: string[];

  private constructor(parts: Pick<TestServer, "home" | "app" | "store" | "supervisor" | "tools" | "logged">) {
    this.home = parts.home;
    this.app = parts.app;
    this.store = parts.store;
    this.supervisor = parts.supervisor;
    this.tools = parts.tools;
    this.logged = parts.logged;
  }

  /** It goes with the running test. */
  static async open(changes: Partial<Settings> = {}): Promise<TestServer> {
    const home = mkdtempSync(join(tmpdir(), "corral-server-"));
    const settings = testSettings(home, { port: 7070, stopGuests: false, logLevel: "debug", ...changes });
    const logged: string[] = [];
    const log = pino({ level: settings.logLevel }, { write: (line) => logged.push(line) });
    const store = openStore(home);
    const supervisor = new Supervisor(home);
    const tools = new TestTools();
    const app = await buildApp({ settings, store, supervisor, tools, log, pageFolder: join(home, "page") });
    onTestFinished(async () => {
      await app.http.close();
      await supervisor.close({ stopGuests: true });
      app.services.events.close();
      store.close();
      rmSync(supervisor.runFolder, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    });
    return new TestServer({ home, app, store, supervisor, tools, logged });
  }

  get http(): FastifyInstance {
    return this.app.http;
  }
  get services(): Services {
    return this.app.services;
  }

  /** Makes it listen, on a port of its own, the first time. The port. */
  async listen(): Promise<number> {
    if (!this.http.server.listening) await this.http.listen({ host: "127.0.0.1", port: 0 });
    const address = this.http.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** A new user who is logged in. */
  async user(name: string, role: Role): Promise<Login> {
    const user = this.store.users.insert({ name, role, passwordHash: await passwordHash });
    const { secret } = this.services.sessions.open(user, "127.0.0.1");
    return { user, cookie: `corral-0=${secret}` };
  }

  /** A kernel and an image for guests to be defined with. No guest with them can boot. */
  stock(): void {
    this.store.kernels.insert({
      name: "linux",
      path: "/usr/bin/linux.uml",
      version: "6.1.176",
      abilities: ABILITIES,
      modules: null,
    });
    this.store.images.insert({
      name: "demo",
      file: "demo.img",
      origin: { kind: "demo" },
      login: { user: "root", password: null, note: "" },
      sizeBytes: 1024,
      mtimeS: 0,
      sha256: "0".repeat(64),
    });
  }

  /** A request as the page makes it, with this login if one is given. */
  async call(
    method: NonNullable<InjectOptions["method"]>,
    path: string,
    { as, body, headers }: { as?: Login | undefined; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<LightMyRequestResponse> {
    const origin = this.services.origins.first;
    const response = await this.http.inject({
      method,
      url: `/api/v1${path}`,
      headers: {
        host: new URL(origin).host,
        origin,
        ...(as === undefined ? {} : { cookie: as.cookie }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    expectDescribed(String(method), path, response);
    return response;
  }
}

const described = Object.values<Endpoint>(endpoints).map((endpoint) => ({
  endpoint,
  path: new RegExp(`^${endpoint.path.replace(/:[a-z]+/g, "[^/]+")}$`),
}));

/** An endpoint answers no error but those that its description lists, whatever test asks it. */
const expectDescribed = (method: string, path: string, { statusCode, body }: LightMyRequestResponse): void => {
  if (statusCode < 400) return;
  const asked = path.split("?")[0] ?? "";
  const found = described.filter((one) => one.endpoint.method === method && one.path.test(asked));
  if (found.length === 0) return;
  const code = errorAnswer.parse(JSON.parse(body)).error.code;
  if (found.some(({ endpoint }) => errorsOf(endpoint).includes(code))) return;
  throw new Error(`${method} ${found[0]?.endpoint.path} answers ${code}, which its description does not list: ${body}`);
};
