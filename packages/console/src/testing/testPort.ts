import type { AttachOptions, Console, Viewer, ViewerEvent, ViewerPort } from "../index.ts";

type EventOf<Type extends ViewerEvent["type"]> = Extract<ViewerEvent, { type: Type }>;

/** A viewer's end of the wire: keeps everything it is sent, and acknowledges as a browser does unless told not to. */
export class TestPort implements ViewerPort {
  readonly events: ViewerEvent[] = [];
  /** Everything in the order it came. */
  readonly stream: (ViewerEvent | Uint8Array)[] = [];
  closed: string | null = null;
  /** What the port says is waiting in it. */
  buffered = 0;
  acknowledges = true;
  viewer: Viewer | null = null;
  /** Offset of the next byte. */
  offset = 0;
  #acked = 0;
  #chunks: Uint8Array[] = [];

  static attach(
    console: Console,
    options: Partial<AttachOptions> = {},
    set: { acknowledges?: boolean; buffered?: number } = {},
  ): TestPort & { viewer: Viewer } {
    const port = new TestPort();
    port.acknowledges = set.acknowledges ?? true;
    port.buffered = set.buffered ?? 0;
    const viewer = console.attach(port, { cols: 80, rows: 24, role: "writer", user: "ann", from: "test", ...options });
    return Object.assign(port, { viewer });
  }

  send(event: ViewerEvent): void {
    this.events.push(event);
    this.stream.push(event);
    if (event.type !== "hello" && event.type !== "snapshot") return;
    this.offset = event.offset;
    this.#acked = event.offset;
  }

  sendBytes(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.stream.push(bytes);
    this.offset += bytes.length;
    if (!this.acknowledges || this.offset - this.#acked < 32 * 1024) return;
    this.#acked = this.offset;
    // As over a network: the acknowledgement is never there before sendBytes has returned.
    setImmediate(() => this.viewer?.ack(this.#acked));
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  close(reason: string): void {
    this.closed = reason;
  }

  get bytes(): Buffer {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }

  get text(): string {
    return this.bytes.toString("utf8");
  }

  /** Events of one type, in order. */
  of<Type extends ViewerEvent["type"]>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }
}
