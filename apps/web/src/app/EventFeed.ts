import { CLOSE, type EventType, type FeedFrame, feedFrame } from "@corral/contracts";
import type { Topic } from "../api/queries.ts";
import { type Connection, ReconnectingSocket } from "../api/ReconnectingSocket.ts";

/** Changes are gathered so long before the page asks anew: four times a second at most, however busy the fleet. */
const COALESCE_MS = 250;

/** Which lists a frame makes stale. */
export const topicsOf = (frame: FeedFrame): readonly Topic[] => {
  if (frame.type === "ready") return [];
  if (frame.type === "changed") return [`${frame.what}s`];
  const [family] = frame.event.type.split(".");
  const touched: Record<string, readonly Topic[]> = {
    guest: ["guests", "portal"],
    console: ["guests"],
    image: ["images"],
    kernel: ["kernels"],
    task: ["tasks"],
    token: ["tokens"],
    server: ["health", "ssh"],
    user: ["people", "account", "portal", "me"],
    group: ["people", "portal"],
    invite: ["people"],
    session: ["people", "account"],
    key: ["account"],
    template: ["portal"],
    stranger: ["strangers"],
    ssh: ["ssh"],
  };
  // Images and kernels name the guests that use them.
  const users: readonly Topic[] = CHANGES_USERS.has(frame.event.type) ? ["images", "kernels"] : [];
  return ["events", ...(touched[family ?? ""] ?? []), ...users];
};

const CHANGES_USERS: ReadonlySet<EventType> = new Set<EventType>([
  "guest.created",
  "guest.changed",
  "guest.discarded",
  "guest.restored",
  "guest.deleted",
]);

export interface FeedOptions {
  readonly url: (since: number | undefined) => string;
  /** `undefined`: anything may have changed. */
  readonly onStale: (topics: ReadonlySet<Topic> | undefined) => void;
  readonly open?: (url: string) => WebSocket;
}

/** The live feed: tells which data is stale, and whether the page is live at all. */
export class EventFeed {
  readonly #options: FeedOptions;
  readonly #socket: ReconnectingSocket;
  readonly #listeners = new Set<() => void>();
  readonly #stale = new Set<Topic>();
  #flush: ReturnType<typeof setTimeout> | undefined;
  #since: number | undefined;
  #connection: Connection = { kind: "connecting", failures: 0 };

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#socket = new ReconnectingSocket({
      url: () => options.url(this.#since),
      onOpen: () => {},
      onMessage: (data) => this.#receive(data),
      onConnection: (connection) => {
        this.#connection = connection;
        // A refused upgrade looks like any other failure: asking who I am tells whether the login has ended.
        if (connection.kind === "waiting" || connection.kind === "closed") this.#options.onStale(new Set(["me"]));
        for (const listener of this.#listeners) listener();
      },
      isFinal: (code) => code === CLOSE.notLoggedIn,
      ...(options.open !== undefined && { open: options.open }),
    });
    this.#socket.connect();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly connection = (): Connection => this.#connection;

  retryNow(): void {
    this.#socket.retryNow();
  }

  close(): void {
    clearTimeout(this.#flush);
    this.#socket.close();
    this.#listeners.clear();
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") return;
    const parsed = feedFrame.safeParse(JSON.parse(data));
    // A newer server may say things that this page does not know.
    if (!parsed.success) return;
    const frame = parsed.data;
    if (frame.type === "ready") {
      this.#since = Math.max(this.#since ?? 0, frame.seq);
      // What changed while nobody listened is not told again, so nothing that is shown can be trusted.
      this.#options.onStale(undefined);
      return;
    }
    if (frame.type === "event") this.#since = frame.event.seq;
    for (const topic of topicsOf(frame)) this.#stale.add(topic);
    this.#flush ??= setTimeout(() => this.#flushNow(), COALESCE_MS);
  }

  #flushNow(): void {
    this.#flush = undefined;
    const topics = new Set(this.#stale);
    this.#stale.clear();
    this.#options.onStale(topics);
  }
}
