import type { Settings } from "./settings.ts";

/**
 * Where browsers may come from and what this server is called. Kept as a list that was set, never compared with what a
 * request says of itself: a foreign name that resolves to this machine would pass such a test.
 */
export class Origins {
  readonly #settings: Pick<Settings, "origins" | "tls">;
  #all: readonly string[];
  #hosts: ReadonlySet<string>;

  constructor(settings: Pick<Settings, "origins" | "tls" | "port">) {
    this.#settings = settings;
    this.#all = [];
    this.#hosts = new Set();
    this.listeningOn(settings.port);
  }

  /** The port is known only once the server listens, if it was to be any. */
  listeningOn(port: number): void {
    const scheme = this.#settings.tls === null ? "http" : "https";
    const here = ["127.0.0.1", "localhost", "[::1]"].map((host) => new URL(`${scheme}://${host}:${port}`).origin);
    this.#all = this.#settings.origins.length > 0 ? this.#settings.origins : here;
    this.#hosts = new Set(this.#all.map((origin) => new URL(origin).host));
  }

  get all(): readonly string[] {
    return this.#all;
  }

  /** The one that links are made with. */
  get first(): string {
    return this.#all[0] ?? "";
  }

  has(origin: string): boolean {
    return this.#all.includes(origin);
  }

  /** Whether a Host header names this server. */
  hasHost(host: string): boolean {
    // A default port may be named or not.
    return this.#hosts.has(host.toLowerCase().replace(this.first.startsWith("https:") ? /:443$/ : /:80$/, ""));
  }
}
