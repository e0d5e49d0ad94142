import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type ClientChannel } from "ssh2";
import { onTestFinished } from "vitest";

/** Waits of this length are only ever reached by a failure. */
const PATIENCE_MS = 40_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape
const COLOURS = /\u001b\[\d*m/g;

/** One connection through the ssh door by a client library, for many sessions: quicker than a process for each. */
export class SshConnectionOf {
  readonly #client = new ssh2.Client();

  static async open(port: number, username: string, password: string): Promise<SshConnectionOf> {
    const opened = new SshConnectionOf();
    opened.#client.connect({ host: "127.0.0.1", port, username, password });
    onTestFinished(() => void opened.#client.end());
    await once(opened.#client, "ready");
    opened.#client.setNoDelay(true);
    return opened;
  }

  /** Runs a command, and sends it a signal once it has said something. Its exit code, and what it said. */
  async run(line: string, signal?: string): Promise<{ code: number | null; out: string; err: string }> {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      this.#client.exec(line, (error, opened) => (error === undefined ? resolve(opened) : reject(error)));
    });
    const said = { out: "", err: "" };
    channel.on("data", (chunk: Buffer) => {
      if (signal !== undefined && said.out === "") channel.signal(signal);
      said.out += chunk;
    });
    channel.stderr.on("data", (chunk: Buffer) => {
      said.err += chunk;
    });
    // "exit" may have been emitted by now: it comes with the answer's first bytes.
    const [code] = (await once(channel, "close")) as [number | null];
    return { code, ...said };
  }

  /** A terminal of 80 columns and 24 rows: the menu, or the console that stood behind the name. */
  async terminal(): Promise<SshScreen> {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      const window = { cols: 80, rows: 24, term: "xterm-256color" };
      this.#client.shell(window, (error, opened) => (error === undefined ? resolve(opened) : reject(error)));
    });
    return new SshScreen(channel);
  }
}

/** What came to a terminal. */
export class SshScreen {
  readonly #channel: ClientChannel;
  text = "";
  #code: number | null = null;
  #isClosed = false;

  constructor(channel: ClientChannel) {
    this.#channel = channel;
    channel.on("data", (chunk: Buffer) => {
      this.text += chunk.toString().replace(COLOURS, "");
    });
    channel.once("close", (code: number | null) => {
      this.#code = code;
      this.#isClosed = true;
    });
  }

  type(keys: string): void {
    this.#channel.write(keys);
  }

  /** Waits until this has come since `from`, an index into the text. */
  async see(pattern: RegExp, from = 0): Promise<string> {
    await this.#until(() => pattern.test(this.text.slice(from)), `${pattern}`);
    return this.text.slice(from);
  }

  async ended(): Promise<number | null> {
    await this.#until(() => this.#isClosed, "its end");
    return this.#code;
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !condition(); await sleep(5)) {
      if (Date.now() > deadline)
        throw new Error(`waited in vain for ${what}: ${JSON.stringify(this.text.slice(-1500))}`);
    }
  }
}
