import type { Socket } from "node:net";
import { type Client as ApiClient, CorralError, idOrName, name } from "@corral/contracts";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { Connection, Session } from "ssh2";
import { networkOfAddress, plainAddress } from "../people/address.ts";
import type { Caller } from "../people/caller.ts";
import type { Services } from "../services.ts";
import { SshAuthentication, type SshIdentity } from "./sshAuthentication.ts";
import { sshClient } from "./sshClient.ts";
import type { SshLimits } from "./sshLimits.ts";
import { SshPulse } from "./sshPulse.ts";
import { type Destination, SshSession } from "./sshSession.ts";

interface SshConnectionOptions {
  readonly socket: Socket;
  readonly services: Services;
  readonly http: FastifyInstance;
  readonly log: FastifyBaseLogger;
  readonly limits: SshLimits;
  /** Somebody has logged in on it. False: they have as many connections as one may. */
  readonly know: (person: string) => boolean;
}

/** So long a client has to show the last words and to go. */
const PARTING_MS = 1_000;

interface Login {
  readonly secret: string;
  readonly client: ApiClient;
}

/** One connection, from its first byte to its end. */
export class SshConnection {
  readonly #network: string;
  readonly #from: string;
  readonly #options: SshConnectionOptions;
  readonly #sessions = new Set<SshSession>();
  #ssh: Connection | null = null;
  #authentication: SshAuthentication | null = null;
  #account = "";
  #destination: Destination | null = null;
  #login: Login | null = null;
  #pulse: SshPulse | null = null;
  #deadline: NodeJS.Timeout;

  constructor(options: SshConnectionOptions) {
    this.#options = options;
    this.#from = plainAddress(options.socket.remoteAddress);
    this.#network = networkOfAddress(this.#from);
    this.#deadline = this.#endIn(options.limits.loginMs);
  }

  /** The client has said that it speaks ssh. */
  begin(ssh: Connection): void {
    const { store, passwordLogins } = this.#options.services;
    this.#ssh = ssh;
    this.#authentication = new SshAuthentication({
      store,
      passwordLogins,
      from: this.#from,
      network: this.#network,
      onIdentified: (identity) => this.#identified(identity),
      giveUp: () => this.end(null),
    });
    ssh.on("error", (error: Error) => this.#options.log.debug({ reason: error.message }, "an ssh connection failed"));
    ssh.on("authentication", (context) => {
      this.#account = this.#accountOf(context.username);
      void this.#authentication?.attempt(context, this.#account);
    });
    ssh.on("session", (accept, reject) => {
      if (this.#login === null || this.#sessions.size >= this.#options.limits.sessions) reject();
      else this.#open(accept(), this.#login);
    });
  }

  /** Ends what its person may not see or do any more. */
  recheck(): void {
    if (this.#login === null) return;
    if (this.#options.services.sshLogins.identify(this.#login.secret) === null) this.end("Your login has ended.");
    else for (const session of this.#sessions) session.recheck();
  }

  end(words: string | null): void {
    clearTimeout(this.#deadline);
    const isQuiet = this.#sessions.size === 0;
    for (const session of this.#sessions) session.end(words);
    // A client throws away what it has not shown yet when it is disconnected, and goes by itself after its last session.
    this.#deadline = setTimeout(() => this.#disconnect(), isQuiet ? 0 : PARTING_MS).unref();
  }

  #disconnect(): void {
    if (this.#ssh === null) this.#options.socket.destroy();
    else this.#ssh.end();
  }

  /** The connection is gone. */
  closed(): void {
    clearTimeout(this.#deadline);
    if (this.#login !== null) this.#options.services.sshLogins.close(this.#login.secret);
    else this.#tellRefusal();
  }

  /** alice, alice+web1 or alice+web1+con1. What is none of these is nobody's name. */
  #accountOf(username: string): string {
    const [account = "", guest, console, ...rest] = username.split("+");
    const isWhole =
      rest.length === 0 && [guest, console].every((one) => one === undefined || idOrName.safeParse(one).success);
    this.#destination = isWhole && guest !== undefined ? { guest, console: console ?? null } : null;
    return isWhole ? account : "";
  }

  #identified({ user, keyId, way }: SshIdentity): void {
    const { services, http, limits, know } = this.#options;
    if (!know(user.id)) {
      throw new CorralError(
        "too_many_requests",
        "You have as many ssh connections as one person may. Close some first.",
      );
    }
    const secret = services.sshLogins.open({ userId: user.id, keyId, from: this.#from });
    const { origins } = services;
    this.#login = { secret, client: sshClient({ http, origins, secret, address: this.#from }) };
    this.#pulse = new SshPulse(this.#options.socket);
    this.#stay(limits.idleMs);
    services.events.append({
      type: "session.opened",
      actor: user.name,
      by: "ssh",
      from: this.#from,
      subject: user.id,
      message: `${user.name} logged in by ${way} from ${this.#from}`,
    });
  }

  #open(session: Session, { secret, client }: Login): void {
    const { services, socket, limits } = this.#options;
    const opened = new SshSession(session, {
      services,
      client,
      caller: () => this.#caller(secret),
      destination: this.#destination,
      unsentBytes: () => socket.writableLength,
      isHeldUp: () => this.#pulse?.isHeldUp() ?? false,
      onActivity: () => this.#stay(limits.idleMs),
    });
    this.#sessions.add(opened);
    session.once("close", () => this.#sessions.delete(opened));
    this.#stay(limits.idleMs);
  }

  #caller(secret: string): Caller {
    const caller = this.#options.services.sshLogins.identify(secret);
    if (caller === null) throw new CorralError("not_logged_in", "Your login has ended.");
    return caller;
  }

  /** One line for a connection that came with keys alone: refused passwords are told where they are checked. */
  #tellRefusal(): void {
    if ((this.#authentication?.refusedKeys ?? 0) === 0 || !name.safeParse(this.#account).success) return;
    this.#options.services.events.append({
      type: "session.refused",
      by: "ssh",
      from: this.#from,
      result: "refused",
      message: `A login as ${this.#account} from ${this.#from} was refused: no key of theirs`,
      data: { name: this.#account },
    });
  }

  #stay(ms: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = this.#endIn(ms);
  }

  #endIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.end("Nobody has typed for a long time."), ms).unref();
  }
}
