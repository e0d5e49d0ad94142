import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { CorralError } from "@corral/contracts";
import { descriptorLimit, reservedDescriptors } from "@corral/supervisor";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import ssh2 from "ssh2";
import { ConnectionGate } from "../connections/connectionGate.ts";
import { descriptorOf } from "../connections/descriptorOf.ts";
import { guardConnections } from "../connections/guardConnections.ts";
import { networkOfAddress, plainAddress } from "../people/address.ts";
import type { Services } from "../services.ts";
import type { HostKey } from "./hostKey.ts";
import { SshConnection } from "./sshConnection.ts";
import { SSH_LIMITS, type SshLimits } from "./sshLimits.ts";
import { SSH_KEEP_ALIVE } from "./sshPulse.ts";

const MINUTE_MS = 60_000;
/** A client that does not go by itself when the server stops is cut off after so long. */
const CLOSING_GRACE_MS = 2_000;

export interface SshDoorOptions {
  readonly services: Services;
  readonly http: FastifyInstance;
  readonly hostKey: HostKey;
  readonly log: FastifyBaseLogger;
  readonly limits?: Partial<SshLimits>;
}

/** The ssh server. It listens once `listen` was called, and owns its connections. */
export class SshDoor {
  readonly #options: SshDoorOptions;
  readonly #limits: SshLimits;
  readonly #gate: ConnectionGate;
  readonly #server: Server;
  readonly #ssh: ssh2.Server;
  readonly #connections = new Map<Socket, SshConnection>();
  readonly #stopListening: () => void;
  /** New connections of the present minute. */
  readonly #newcomers = new Map<string, number>();
  #minute = 0;

  constructor(options: SshDoorOptions) {
    this.#options = options;
    this.#limits = { ...SSH_LIMITS, ...options.limits };
    this.#ssh = new ssh2.Server(
      { hostKeys: [options.hostKey.privateKey], ident: "Corral", ...SSH_KEEP_ALIVE },
      (client) => {
        // ssh2 keeps the socket to itself; ours is the one whose client this is.
        const socket = (client as unknown as { _sock: Socket })._sock;
        this.#connections.get(socket)?.begin(client);
      },
    );
    const limit = descriptorLimit();
    const usable = limit - reservedDescriptors(limit);
    this.#gate = new ConnectionGate(this.#limits, (socket) => descriptorOf(socket) >= usable);
    this.#server = createServer((socket) => this.#welcome(socket));
    guardConnections(this.#server, (socket) => {
      const network = networkOfAddress(plainAddress(socket.remoteAddress));
      return this.#isPatient(network) && this.#gate.admit(socket, network);
    });
    this.#stopListening = options.services.sockets.onRecheck(() => this.#recheck());
  }

  /** Rejects with CorralError `host_unfit`. */
  async listen({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    this.#server.listen(port, host);
    try {
      await once(this.#server, "listening");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CorralError(
        "host_unfit",
        `The ssh door cannot listen on port ${port} of ${host} (${code}). Choose another, here or with CORRAL_SSH_PORT and CORRAL_SSH_HOST; --no-ssh starts the server without it.`,
      );
    }
  }

  /** The one it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get fingerprint(): string {
    return this.#options.hostKey.fingerprint;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Ends all connections; consoles go on. Idempotent. */
  async close(): Promise<void> {
    this.#stopListening();
    const closed = this.#server.listening ? once(this.#server, "close") : null;
    this.#server.close();
    for (const connection of this.#connections.values()) connection.end("The server is stopping.");
    for (const socket of this.#connections.keys()) setTimeout(() => socket.destroy(), CLOSING_GRACE_MS).unref();
    await closed;
  }

  /** Ends what people may not see or do any more. */
  #recheck(): void {
    for (const connection of this.#connections.values()) connection.recheck();
  }

  #welcome(socket: Socket): void {
    // An echo is small, and must not wait 40 ms for the client to acknowledge the one before.
    socket.setNoDelay(true);
    const { services, http, log } = this.#options;
    const know = (person: string): boolean => this.#gate.know(socket, person);
    const connection = new SshConnection({ socket, services, http, log, limits: this.#limits, know });
    this.#connections.set(socket, connection);
    socket.once("close", () => {
      this.#connections.delete(socket);
      connection.closed();
    });
    this.#ssh.injectSocket(socket);
  }

  /** It has not come too often in this minute. */
  #isPatient(network: string): boolean {
    const minute = Math.floor(Date.now() / MINUTE_MS);
    if (minute !== this.#minute) this.#newcomers.clear();
    this.#minute = minute;
    const news = (this.#newcomers.get(network) ?? 0) + 1;
    this.#newcomers.set(network, news);
    return news <= this.#limits.newPerMinute;
  }
}
