import type { Client } from "./client.ts";
import { LOG_READ_MAXIMUM_BYTES } from "./consoleLogs.ts";

/** More than most lines have, so that the last lines seldom take a second read. */
const LINE_BYTES_GUESS = 200;
const LINE_FEED = 10;

interface LogPart {
  /** Offset of the first byte. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** One console's log, read over the API. */
export class ConsoleLog {
  readonly #client: Client;
  readonly #params: { readonly id: string; readonly name: string };

  constructor(client: Client, guest: string, console: string) {
    this.#client = client;
    this.#params = { id: guest, name: console };
  }

  /** Everything that is kept, oldest first. What is printed meanwhile may or may not be included. */
  async *whole(): AsyncGenerator<Uint8Array> {
    let from = 0;
    for (;;) {
      const { offset, bytes } = await this.#read({ from, limit: LOG_READ_MAXIMUM_BYTES });
      if (bytes.length === 0) return;
      yield bytes;
      from = offset + bytes.length;
    }
  }

  /** The last lines; fewer where they are longer than one read may be. An unfinished line counts as one. */
  async lastLines(lines: number): Promise<Uint8Array> {
    for (let limit = Math.max(1, lines) * LINE_BYTES_GUESS; ; limit *= 4) {
      const { offset, bytes } = await this.#read({ limit: Math.min(limit, LOG_READ_MAXIMUM_BYTES) });
      const start = startOfLastLines(bytes, lines);
      if (start > 0 || offset === 0 || limit >= LOG_READ_MAXIMUM_BYTES) return bytes.subarray(start);
    }
  }

  async #read(query: { from?: number; limit: number }): Promise<LogPart> {
    const answer = await this.#client.readConsoleLog({ params: this.#params, query });
    return {
      offset: Number(answer.headers.get("x-corral-offset") ?? query.from ?? 0),
      bytes: new Uint8Array(await answer.arrayBuffer()),
    };
  }
}

/** Index of the first byte of the last `lines` lines; 0 when there are not as many. */
const startOfLastLines = (bytes: Uint8Array, lines: number): number => {
  if (lines === 0) return bytes.length;
  let position = bytes.at(-1) === LINE_FEED ? bytes.length - 1 : bytes.length;
  for (let found = 0; found < lines; found += 1) {
    const lineFeed = position <= 0 ? -1 : bytes.lastIndexOf(LINE_FEED, position - 1);
    if (lineFeed < 0) return 0;
    position = lineFeed;
  }
  return position + 1;
};
