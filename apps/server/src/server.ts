import { chmodSync, mkdirSync } from "node:fs";
import { CorralError } from "@corral/contracts";
import { openStore } from "@corral/store";
import { lockHome, placeSocket, Supervisor } from "@corral/supervisor";
import type { FastifyBaseLogger } from "fastify";
import { listenOnAdminSocket } from "./adminSocket.ts";
import { type App, buildApp } from "./app.ts";
import type { HostTools } from "./library/hostTools.ts";
import { stockLibrary } from "./library/stockLibrary.ts";
import { untangleNames } from "./names.ts";
import type { Settings } from "./settings.ts";
import { SshDoor } from "./ssh/sshDoor.ts";
import type { SshEntry } from "./ssh/sshEntry.ts";
import { VERSION } from "./version.ts";

export interface ServerOptions {
  readonly settings: Settings;
  readonly tools: HostTools;
  readonly log: FastifyBaseLogger;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** Asks whoever starts the server whether there is to be an ssh door there; null: nobody answered. */
  readonly askForDoor?: (where: string) => Promise<boolean | null>;
}

export interface Server {
  readonly app: App;
  /** Where people go. */
  readonly address: string;
  /** The one-time link that makes the first admin, as long as there is none. */
  readonly firstLink: string | null;
  /** Guests that ran on without a server and were taken over. */
  readonly adopted: number;
  /** Milliseconds that took. */
  readonly adoptionMs: number;
  /** Takes up what may have changed on disk. What came of it, in words for people. */
  readAgain(): string;
  /** Ends everything in order; guests run on, unless they are to be stopped. How many run on. Idempotent. */
  close(options: { readonly stopGuests: boolean }): Promise<{ readonly running: number }>;
}

/** Starts the whole server. Rejects with CorralError `host_unfit` for what a person can mend. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const { settings } = options;
  const { home } = settings;
  // What was opened, to be closed in the opposite order.
  const opened: (() => unknown)[] = [];
  const closeOpened = async () => {
    for (let close = opened.pop(); close !== undefined; close = opened.pop()) await close();
  };
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    chmodSync(home, 0o700);
    opened.push(holdLock(home));
    const store = openStore(home);
    opened.push(() => store.close());
    const supervisor = new Supervisor(home, settings.cgroup === null ? {} : { cgroup: settings.cgroup });
    opened.push(() => supervisor.close({ stopGuests: false }));
    const app = await buildApp({ ...options, store, supervisor });
    untangleNames(store, app.services.events);
    opened.push(() => app.http.close());

    const { tasks, images, guests, events, origins, loginLinks, typing, sshEntry } = app.services;
    events.takeUpKept();
    await decideDoor(sshEntry, options);
    tasks.buryInterrupted();
    images.sweep();
    guests.defineAll();
    for (const folder of await supervisor.sweep()) {
      options.log.warn(
        `${folder} belongs to no guest that there is, and was left as it is: it is what a guest had that was made after the database that is used now was backed up, or it is somebody else's. Remove it when nobody needs it.`,
      );
    }
    typing.applyAll();
    const { adopted, adoptionMs } = await supervisor.resume((id) => guests.mayStartItself(id));
    const adminServer = await listenOnAdminSocket(app.http, placeSocket(home, "admin.sock"));
    opened.push(() => {
      adminServer.close();
      adminServer.closeAllConnections();
    });
    opened.push(() => sshEntry.close());
    await sshEntry.begin((hostKey) => new SshDoor({ ...app, log: options.log, hostKey }));
    await listen(app, settings);
    // Nothing is awaited from here on: whoever sees the server answer can also read what it says at its start.
    events.append({ type: "server.started", message: `Corral ${VERSION} started`, data: { adopted } });
    void stockLibrary(app.services, options.log);

    return {
      app,
      address: origins.first,
      firstLink: store.users.firstAdmin() === null ? loginLinks.createLogin(null).url : null,
      adopted,
      adoptionMs,
      readAgain: () => app.services.certificate?.readAgain() ?? "There is no certificate to be read again.",
      close: async ({ stopGuests }) => {
        if (opened.length === 0) return { running: 0 };
        // First the viewers, who are told that the server goes: the end of a console would look like a deletion.
        await sshEntry.close();
        await app.http.close();
        await supervisor.close({ stopGuests });
        const running = guests.countOn();
        const message = `Corral is stopped. ${leftRunning(running)}`;
        events.append({ type: "server.stopped", message, data: { running } });
        events.close();
        await store.durable().catch(() => {});
        await closeOpened();
        return { running };
      },
    };
  } catch (error) {
    await closeOpened();
    throw error;
  }
};

/** A first start asks, and the data folder keeps the answer. */
const decideDoor = async (entry: SshEntry, { askForDoor }: ServerOptions): Promise<void> => {
  const { host, port } = entry.state;
  const answer = entry.isUndecided ? await askForDoor?.(`port ${port} of ${host}`) : null;
  if (typeof answer === "boolean") entry.decide(answer);
};

/** In words for people. */
export const leftRunning = (running: number): string => {
  if (running === 0) return "No guest runs.";
  return `${running === 1 ? "One guest runs" : `${running} guests run`} on; the next start takes over.`;
};

const holdLock = (home: string): (() => void) => {
  const lock = lockHome(home);
  if (lock.held) return () => lock.release();
  throw new CorralError(
    "host_unfit",
    `Another Corral server (process ${lock.holder}) is using the data folder ${home}. Only one server can. ` +
      "Stop that one first, or give this one a folder of its own with CORRAL_HOME.",
  );
};

const listen = async ({ http }: App, { host, port }: Settings): Promise<void> => {
  try {
    await http.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      EADDRINUSE: `another program listens on port ${port} of ${host} already`,
      EACCES: `port ${port} is kept for root`,
      EADDRNOTAVAIL: `this machine does not have the address ${host}`,
    };
    const reason = why[code ?? ""];
    if (reason === undefined) throw error;
    throw new CorralError(
      "host_unfit",
      `The server cannot listen: ${reason}. Choose another with CORRAL_PORT or CORRAL_HOST.`,
    );
  }
};
