import type { Socket } from "node:net";

/** How many connections one door takes. */
export interface GateLimits {
  /** On which somebody has logged in: in all, and of one person. */
  readonly known: number;
  readonly knownOfPerson: number;
  /** On which nobody has logged in yet: in all, and from one network. */
  readonly strangers: number;
  readonly strangersOfNetwork: number;
  /**
   * Milliseconds in which a newcomer may say something, before another from its own network can take its place: in a
   * flood the newest are refused, and are not each other's end.
   */
  readonly graceMs: number;
}

/** What became of connections that were too many. */
export interface GateCounts {
  /** Closed as soon as they came. */
  refused: number;
  /** Ended since another needed their place. */
  dropped: number;
}

interface Connection {
  readonly socket: Socket;
  /** Null: a proxy's, behind which there are many. */
  readonly network: string | null;
  readonly since: number;
  person: string | null;
}

/**
 * Decides which connections one door keeps. Those on which nobody has logged in are few, and give way: when there are too
 * many, the network that has most of them loses its oldest, so that somebody from elsewhere still gets in. Those of people
 * who are logged in are never ended for others.
 */
export class ConnectionGate {
  readonly counts: GateCounts = { refused: 0, dropped: 0 };
  readonly #limits: GateLimits;
  readonly #isShort: (socket: Socket) => boolean;
  readonly #connections = new Map<string, Connection>();
  /** Of each network, the oldest first. */
  readonly #strangers = new Map<string, Set<Connection>>();
  readonly #knownOf = new Map<string, number>();
  #strangersInAll = 0;
  #knownInAll = 0;

  /** `isShort`: whether a new connection has taken what is kept for other things. */
  constructor(limits: GateLimits, isShort: (socket: Socket) => boolean = () => false) {
    this.#limits = limits;
    this.#isShort = isShort;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Whether a new connection may stay, from one network or from a proxy (null); another may have been ended for it. */
  admit(socket: Socket, network: string | null): boolean {
    const connection: Connection = { socket, network, since: performance.now(), person: null };
    if (!this.#hasRoomFor(connection)) {
      this.counts.refused += 1;
      return false;
    }
    const key = keyOf(socket);
    this.#connections.set(key, connection);
    this.#addStranger(connection);
    socket.once("close", () => {
      this.#connections.delete(key);
      this.#forget(connection);
    });
    return true;
  }

  /**
   * Somebody has logged in on this connection, or somebody else who comes by the same proxy. False when they have as many
   * as one may; it stays what it was then.
   */
  know(socket: Socket, person: string): boolean {
    const connection = this.#connections.get(keyOf(socket));
    if (connection === undefined || connection.person === person) return true;
    const ofPerson = this.#knownOf.get(person) ?? 0;
    const isNew = connection.person === null;
    if (ofPerson >= this.#limits.knownOfPerson || (isNew && this.#knownInAll >= this.#limits.known)) return false;
    this.#forget(connection);
    connection.person = person;
    this.#knownInAll += 1;
    this.#knownOf.set(person, ofPerson + 1);
    return true;
  }

  #hasRoomFor(newcomer: Connection): boolean {
    const { strangers, strangersOfNetwork } = this.#limits;
    if (newcomer.network === null) return !this.#isShort(newcomer.socket) || this.#dropFor(newcomer);
    const theirs = this.#strangers.get(newcomer.network);
    if ((theirs?.size ?? 0) >= strangersOfNetwork && !this.#drop(theirs, newcomer)) return false;
    const isFull = this.#strangersInAll >= strangers || this.#isShort(newcomer.socket);
    return !isFull || this.#dropFor(newcomer);
  }

  /** Ends the oldest of those strangers of whose network there are most. */
  #dropFor(newcomer: Connection): boolean {
    let most: Set<Connection> | undefined;
    for (const theirs of this.#strangers.values()) if (theirs.size > (most?.size ?? 0)) most = theirs;
    return this.#drop(most, newcomer);
  }

  #drop(theirs: Set<Connection> | undefined, newcomer: Connection): boolean {
    const [oldest] = theirs ?? [];
    if (oldest === undefined) return false;
    if (oldest.network === newcomer.network && newcomer.since - oldest.since < this.#limits.graceMs) return false;
    this.counts.dropped += 1;
    this.#forget(oldest);
    oldest.socket.destroy();
    return true;
  }

  #addStranger(connection: Connection): void {
    if (connection.network === null) return;
    const theirs = this.#strangers.get(connection.network) ?? new Set();
    this.#strangers.set(connection.network, theirs.add(connection));
    this.#strangersInAll += 1;
  }

  /** Counts it no more, as what it was. */
  #forget(connection: Connection): void {
    const { network, person } = connection;
    if (person !== null) {
      connection.person = null;
      this.#knownInAll -= 1;
      const left = (this.#knownOf.get(person) ?? 1) - 1;
      if (left === 0) this.#knownOf.delete(person);
      else this.#knownOf.set(person, left);
      return;
    }
    const theirs = network === null ? undefined : this.#strangers.get(network);
    if (theirs?.delete(connection) !== true) return;
    this.#strangersInAll -= 1;
    if (theirs.size === 0) this.#strangers.delete(network as string);
  }
}

/** The same for what speaks TLS over a connection as for the connection itself. */
const keyOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
