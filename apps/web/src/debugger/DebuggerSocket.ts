import { type DebuggerClientFrame, type DebugRequest, debuggerServerFrame, SilenceWatch } from "@corral/contracts";

const LOST = "The connection to the server was lost. The server detaches the debugger by itself.";

export interface DebuggerSocketOptions {
  readonly url: string;
  /** With what it is attached as soon as the socket is open. */
  readonly request: DebugRequest;
  /** What the debugger printed. */
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onAttached: () => void;
  /** So many bytes are missing here. */
  readonly onLeftOut: (bytes: number) => void;
  /** Called once: it is detached, or never was attached, and why. */
  readonly onEnded: (reason: string) => void;
}

/** The socket of one debugger. It does not come back when it is lost: the guest was let go then. */
export class DebuggerSocket {
  readonly #socket: WebSocket;
  readonly #options: DebuggerSocketOptions;
  readonly #silence = new SilenceWatch({
    onDoubt: () => {},
    onLost: () => {
      this.#end(LOST);
      this.#socket.close();
    },
  });
  #isOver = false;

  constructor(options: DebuggerSocketOptions) {
    this.#options = options;
    this.#socket = new WebSocket(options.url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#send(options.request);
    this.#socket.onmessage = ({ data }) => {
      if (!this.#silence.heard(data)) this.#receive(data);
    };
    this.#socket.onclose = ({ reason }) => this.#end(reason || LOST);
  }

  type(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(new TextEncoder().encode(text));
  }

  resize(cols: number, rows: number): void {
    this.#send({ type: "resize", cols, rows });
  }

  /** Has it detached. */
  close(): void {
    this.#end("Detached.");
    this.#socket.close();
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      this.#options.onBytes(new Uint8Array(data));
      return;
    }
    const frame = debuggerServerFrame.parse(JSON.parse(data));
    if (frame.type === "attached") this.#options.onAttached();
    else if (frame.type === "left-out") this.#options.onLeftOut(frame.bytes);
    else this.#end(frame.reason);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#silence.close();
    this.#options.onEnded(reason);
  }

  #send(frame: DebuggerClientFrame): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}
