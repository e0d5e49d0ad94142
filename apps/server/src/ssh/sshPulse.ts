import type { Socket } from "node:net";
import { DOUBTFUL_AFTER_PULSES, LOST_AFTER_PULSES, PULSE_EVERY_MS } from "@corral/contracts";

/** What ssh2 asks a client that says nothing, which answers whatever it is doing: keepalive@openssh.com. */
export const SSH_KEEP_ALIVE = { keepaliveInterval: PULSE_EVERY_MS, keepaliveCountMax: LOST_AFTER_PULSES };

/** Watches whether answers come over a connection, and cuts it off when several in a row did not. Ends with the socket. */
export class SshPulse {
  readonly #socket: Socket;
  #read: number;
  #silentTicks = 0;
  #isHeldUp = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#read = socket.bytesRead;
    const timer = setInterval(() => this.#tick(), PULSE_EVERY_MS).unref();
    socket.once("close", () => clearInterval(timer));
  }

  /** Something was typed. Whether it may have been under way for long: nothing came for some seconds before it. */
  isHeldUp(): boolean {
    this.#isHeldUp ||= this.#silentTicks > DOUBTFUL_AFTER_PULSES;
    return this.#isHeldUp;
  }

  #tick(): void {
    const { bytesRead } = this.#socket;
    // What had piled up has been read by the tick after the one that finds it.
    this.#isHeldUp = this.#isHeldUp && this.#silentTicks > 0;
    this.#silentTicks = bytesRead === this.#read ? this.#silentTicks + 1 : 0;
    this.#read = bytesRead;
    // An end that waits for the other side would still take what comes late. One tick more than pings, as the first may
    // come right after the last answer.
    if (this.#silentTicks > LOST_AFTER_PULSES) this.#socket.destroy();
  }
}
