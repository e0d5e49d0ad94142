import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { type ByHand, endByHand, giveNiceness, type RecordedLaunch, startByHand } from "./byHand.ts";
import { TextWatch } from "./textWatch.ts";

const RELAY = fileURLToPath(new URL("bareRelay.ts", import.meta.url));

/** The very guest that Corral runs, started by hand, behind bareRelay.ts: what any server in Node costs on this machine. */
export class RelayedGuest {
  readonly #guest: ByHand;
  readonly #relay: ChildProcess;
  readonly #socket: WebSocket;
  readonly #watch = new TextWatch();

  private constructor(guest: ByHand, relay: ChildProcess, socket: WebSocket) {
    this.#guest = guest;
    this.#relay = relay;
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#watch.printed(data));
  }

  /** Resolves when its shell waits for the first command. */
  static async start(recorded: RecordedLaunch): Promise<RelayedGuest> {
    const launched = startByHand(recorded);
    await giveNiceness(recorded);
    const relay = spawn(process.execPath, ["--import", "tsx", RELAY], {
      stdio: ["ignore", "pipe", "inherit", launched.master],
    });
    closeSync(launched.master);
    const [port] = await once(createInterface({ input: relay.stdout as NodeJS.ReadableStream }), "line");
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    const relayed = new RelayedGuest(launched, relay, socket);
    const prompt = relayed.see(":~#");
    await once(socket, "open");
    // It may have been printed before anybody listened.
    relayed.type("\r");
    await prompt;
    return relayed;
  }

  /** Process of the relay. */
  get pid(): number {
    return this.#relay.pid as number;
  }
  /** The outermost process of the guest. */
  get guestPid(): number {
    return this.#guest.guest.pid as number;
  }

  type(text: string): void {
    this.#socket.send(Buffer.from(text));
  }

  /** Resolves when this has been printed, from now on. */
  see(text: string): Promise<void> {
    return this.#watch.see(text);
  }

  async end(): Promise<void> {
    this.#socket.terminate();
    await endByHand(this.#guest);
    this.#relay.kill();
  }
}
