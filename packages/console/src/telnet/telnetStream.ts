/*
 * Telnet as a client speaks it (RFC 854, 855, 856, 857, 858, 1073), as a state machine over pieces of any size. What
 * comes is not trusted: a server can make it answer only so often, and remember only so much.
 */

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;

const CR = 13;
const NUL = 0;

const BINARY = 0;
const ECHO = 1;
const SUPPRESS_GO_AHEAD = 3;
const WINDOW_SIZE = 31;

/** What the server may do when it offers to: what it prints is shown as it comes. */
const WANTED_OF_SERVER: ReadonlySet<number> = new Set([BINARY, ECHO, SUPPRESS_GO_AHEAD]);
/** What we do when asked to. */
const OFFERED: ReadonlySet<number> = new Set([BINARY, SUPPRESS_GO_AHEAD, WINDOW_SIZE]);

/** Answers that one connection gets to what it asks. Servers ask some ten times; one that goes on is not answered. */
export const ANSWERS_MAXIMUM = 200;

type State = "data" | "after-cr" | "command" | "option" | "inside" | "inside-command";

export interface Decoded {
  /** What the guest printed. */
  readonly output: Buffer;
  /** What is to be sent back. */
  readonly answer: Buffer;
}

export interface TelnetStreamOptions {
  readonly cols: number;
  readonly rows: number;
  /** An earlier client has agreed with the server upon all that we offer and want; the server will not ask again. */
  readonly agreed?: boolean;
}

export class TelnetStream {
  #state: State = "data";
  #verb = 0;
  #answers = 0;
  readonly #serverDoes = new Set<number>();
  readonly #weDo = new Set<number>();
  #cols: number;
  #rows: number;

  constructor({ cols, rows, agreed = false }: TelnetStreamOptions) {
    this.#cols = cols;
    this.#rows = rows;
    if (!agreed) return;
    for (const option of WANTED_OF_SERVER) this.#serverDoes.add(option);
    for (const option of OFFERED) this.#weDo.add(option);
  }

  /** Takes telnet's commands out of what came. Never throws, whatever came. */
  decode(bytes: Uint8Array): Decoded {
    // Nothing makes more output than it is long.
    const output = Buffer.allocUnsafe(bytes.length);
    let length = 0;
    const answer: number[] = [];
    for (const byte of bytes) {
      switch (this.#state) {
        case "data":
        case "after-cr":
          if (byte === IAC) this.#state = "command";
          else if (this.#state === "after-cr" && byte === NUL) this.#state = "data";
          else {
            output[length++] = byte;
            this.#state = byte === CR && !this.#serverDoes.has(BINARY) ? "after-cr" : "data";
          }
          break;
        case "command":
          if (byte === IAC) {
            output[length++] = IAC;
            this.#state = "data";
          } else if (byte >= WILL && byte <= DONT) {
            this.#verb = byte;
            this.#state = "option";
          } else this.#state = byte === SB ? "inside" : "data";
          break;
        case "option":
          this.#state = "data";
          if (this.#answers < ANSWERS_MAXIMUM) answer.push(...this.#negotiate(this.#verb, byte));
          break;
        case "inside":
          // No subnegotiation of a server's means anything to us, so that nothing of it is kept.
          if (byte === IAC) this.#state = "inside-command";
          break;
        case "inside-command":
          this.#state = byte === SE ? "data" : "inside";
          break;
      }
    }
    return { output: output.subarray(0, length), answer: Buffer.from(answer) };
  }

  /** What is typed, as it goes over the wire. */
  encode(keys: Uint8Array): Buffer {
    const wire = Buffer.allocUnsafe(keys.length * 2);
    let length = 0;
    for (const byte of keys) {
      wire[length++] = byte;
      if (byte === IAC) wire[length++] = IAC;
      // Without BINARY a lone carriage return is written with a NUL.
      else if (byte === CR && !this.#weDo.has(BINARY)) wire[length++] = NUL;
    }
    return wire.subarray(0, length);
  }

  /** The window has another size: what is to be sent, which is nothing when the server does not care. */
  resize(cols: number, rows: number): Buffer {
    this.#cols = cols;
    this.#rows = rows;
    return Buffer.from(this.#weDo.has(WINDOW_SIZE) ? this.#windowSize() : []);
  }

  /** Answers only what changes something, as RFC 854 asks, so that two polite ends do not go on for ever. */
  #negotiate(verb: number, option: number): number[] {
    const isOffer = verb === WILL || verb === WONT;
    const [active, allowed] = isOffer ? [this.#serverDoes, WANTED_OF_SERVER] : [this.#weDo, OFFERED];
    const [yes, no] = isOffer ? [DO, DONT] : [WILL, WONT];
    const wants = verb === WILL || verb === DO;
    if (wants === active.has(option)) return [];
    this.#answers += 1;
    if (!wants) {
      active.delete(option);
      return [IAC, no, option];
    }
    if (!allowed.has(option)) return [IAC, no, option];
    active.add(option);
    return [IAC, yes, option, ...(option === WINDOW_SIZE && !isOffer ? this.#windowSize() : [])];
  }

  #windowSize(): number[] {
    const bytes = [this.#cols >> 8, this.#cols & 255, this.#rows >> 8, this.#rows & 255];
    return [IAC, SB, WINDOW_SIZE, ...bytes.flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])), IAC, SE];
  }
}
