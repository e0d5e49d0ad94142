import { connect, type Socket } from "node:net";

/** A viewer of `serveViewers` in another process, that comes back after each loss of the connection and says since when. */
export class RemoteViewer {
  readonly #path: string;
  readonly #chunks: Buffer[] = [];
  #socket: Socket | null = null;
  #offset = 0;
  #rest = Buffer.alloc(0);
  #ended = false;
  #retry: NodeJS.Timeout | undefined;
  /** How often it was connected. */
  connections = 0;
  /** What must never come: bytes left out, or at another offset than was asked for. */
  readonly surprises: string[] = [];

  constructor(path: string) {
    this.#path = path;
    this.#connect();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
  get length(): number {
    return this.#offset;
  }

  /** The network is gone, in the middle of whatever is under way. */
  lose(): void {
    this.#socket?.destroy();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect(this.#path);
    this.#socket = socket;
    this.#rest = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("connect", () => {
      this.connections += 1;
      this.#say({ since: this.#offset });
    });
    socket.on("data", (data) => {
      if (!socket.destroyed) this.#receive(data);
    });
    socket.on("close", () => {
      if (!this.#ended) this.#retry = setTimeout(() => this.#connect(), 3);
    });
  }

  #say(line: object): void {
    this.#socket?.write(`${JSON.stringify(line)}\n`);
  }

  #receive(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= 5) {
      const length = this.#rest.readUInt32BE();
      if (this.#rest.length < 5 + length) return;
      const content = this.#rest.subarray(5, 5 + length);
      const isEvent = this.#rest[4] === 1;
      this.#rest = this.#rest.subarray(5 + length);
      if (isEvent) this.#hear(JSON.parse(content.toString()));
      else this.#take(content);
    }
  }

  #hear(event: { type: string; offset?: number }): void {
    const isOther = event.type === "hello" && event.offset !== this.#offset;
    if (isOther || event.type === "gap" || event.type === "snapshot") this.surprises.push(JSON.stringify(event));
  }

  #take(bytes: Buffer): void {
    this.#chunks.push(Buffer.from(bytes));
    this.#offset += bytes.length;
    this.#say({ ack: this.#offset });
  }
}
