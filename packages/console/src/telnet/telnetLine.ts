import type { Line, LineListener, TelnetSource } from "../consoleSource.ts";
import type { WindowSize } from "../logMarks.ts";
import { TelnetStream } from "./telnetStream.ts";

/** Bytes that may wait for a server that does not read; what is typed waits in the console's own queue then. */
const UNSENT_MAXIMUM_BYTES = 16 * 1024;

/** A console's telnet connection while it is connected. */
export class TelnetLine implements Line {
  readonly takesInput = true;
  readonly #source: TelnetSource;
  readonly #stream: TelnetStream;
  readonly #listener: LineListener;
  #closed = false;

  constructor(source: TelnetSource, size: WindowSize, listener: LineListener) {
    this.#source = source;
    this.#listener = listener;
    this.#stream = new TelnetStream({ ...size, agreed: source.agreed });
    source.telnet
      .setNoDelay()
      .on("data", (bytes) => this.#came(bytes))
      .on("end", () => this.#end(null))
      .on("close", () => this.#end(null))
      .on("error", (error) => this.#end(error));
  }

  #came(bytes: Buffer): void {
    if (this.#closed) return;
    const { output, answer } = this.#stream.decode(bytes);
    if (answer.length > 0) this.#source.telnet.write(answer);
    if (output.length === 0) return;
    this.#listener.keep(output);
    this.#listener.pass(output);
  }

  /** Node reads ahead of nobody: everything that has come was passed on. */
  drain(): void {}

  write(bytes: Uint8Array): number | null {
    const { telnet } = this.#source;
    if (this.#closed || !telnet.writable) return null;
    if (telnet.writableLength > UNSENT_MAXIMUM_BYTES) return 0;
    telnet.write(this.#stream.encode(bytes));
    return bytes.length;
  }

  /** What the terminal behind the server has taken is not told. */
  unread(): number | null {
    return null;
  }

  dropUnread(): void {}

  resize(cols: number, rows: number): void {
    const said = this.#stream.resize(cols, rows);
    if (said.length > 0 && this.#source.telnet.writable) this.#source.telnet.write(said);
  }

  close(): void {
    this.#closed = true;
    this.#source.telnet.destroy();
  }

  #end(error: Error | null): void {
    if (this.#closed) return;
    this.close();
    this.#listener.end(error !== null && (error as NodeJS.ErrnoException).code !== "ECONNRESET" ? error : null);
  }
}
