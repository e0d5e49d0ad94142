import { Channel } from "./channel.ts";
import { MconsoleError } from "./errors.ts";
import { whyForbidden } from "./forbidden.ts";
import { COMMAND_MAXIMUM_BYTES } from "./protocol.ts";

/** A command takes 5 ms; a remove while a console hangs up took 2 s once (docs/uml.md, "mconsole protocol"). */
const DEFAULT_TIMEOUT_MS = 5_000;
/** Commands that may wait behind the one under way. A page asks for a few; more means that the guest is hung. */
const QUEUE_MAXIMUM = 32;

export interface MconsoleClientOptions {
  /** The guest's socket, as mconsolePath() gives it. Neither it nor its folder may be a symlink; what is above, may. */
  readonly socketPath: string;
  /**
   * Where this client's own sockets lie: a prefix, to which 7 characters are added. The folder must not be writable by
   * the guest, whose kernel answers to the address of the socket: see clientByName.
   */
  readonly clientPath: string;
  /**
   * true: the folder is the working directory of the guest's kernel, wherever that has it. Left out: it is visible to it at
   * the same path as here.
   */
  readonly clientByName?: boolean;
  /** File mode of this client's sockets, where the umask's would keep the guest's uid from answering. */
  readonly socketMode?: number;
  /** Version of the guest's kernel, such as 6.1.176; decides which commands are refused. null: not known. */
  readonly kernelVersion: string | null;
  /** How long the socket outlives the last answer: longer than the interval, where one asks again and again. */
  readonly idleMs?: number;
  /**
   * true: it has its socket's address from now on and until it is closed, so that the guest can be asked when their folder
   * takes no other one any more: on a disk that has become read-only or fails.
   */
  readonly keepsAddress?: boolean;
  /** Milliseconds that a command may take, its wait for others included, where the call does not say. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Lets `sysrq c` through, which makes the guest panic and is never answered: the call ends with its time. */
  readonly mayPanic?: boolean;
  /**
   * It makes room for every other command: it is not sent while any is under way or waits, and is given up as soon as
   * one comes. Both reject with busy, at once.
   */
  readonly yields?: boolean;
}

/**
 * One guest's management console: docs/uml.md, "mconsole protocol". One command at a time; others wait in order. All
 * reject with MconsoleError.
 */
export class MconsoleClient {
  readonly #options: MconsoleClientOptions;
  /** Ends the wait of the command under way, and of each that waits behind it. */
  readonly #calls = new Set<(error: MconsoleError) => void>();
  #last: Promise<unknown> = Promise.resolve();
  /** Gives up the command that yields, while one is under way. */
  #yielding: ((error: MconsoleError) => void) | null = null;
  /** Of the last command; it closes by itself after a while, and whenever something was odd about an answer. */
  #channel: Channel | null = null;
  #closed = false;

  constructor(options: MconsoleClientOptions) {
    this.#options = options;
    if (options.keepsAddress !== true) return;
    try {
      this.#channel = new Channel(options);
    } catch {
      // The first command tries again, and says why not.
    }
  }

  /** Such as "Linux (none) 6.1.176 #1 ... x86_64"; the second word is the guest's host name. */
  version(options?: CallOptions): Promise<string> {
    return this.raw("version", options);
  }

  help(options?: CallOptions): Promise<string> {
    return this.raw("help", options);
  }

  /** Powers the machine off at once: no sync, no userland. A paused guest is let go on first, since it would abort. */
  async halt(options?: CallOptions): Promise<void> {
    await this.#unpause(options);
    await this.raw("halt", options);
  }

  /** Restarts (with noreboot: ends) the machine at once, as halt does. */
  async reboot(options?: CallOptions): Promise<void> {
    await this.#unpause(options);
    await this.raw("reboot", options);
  }

  /** Setting of a device, such as con0 or ubd0; empty where it has none. */
  async getConfig(device: string, options?: CallOptions): Promise<string> {
    return (await this.raw(`config ${device}`, options)).trim();
  }

  /** Sets a device: ("ubd1", "/disks/a.img"), ("vec0", "transport=fd,fd=7"). What the kernel said to it, often nothing. */
  async setConfig(device: string, value: string, options?: CallOptions): Promise<string> {
    const separator = device.startsWith("vec") ? ":" : "=";
    return (await this.raw(`config ${device}${separator}${value}`, options)).trim();
  }

  async remove(device: string, options?: CallOptions): Promise<void> {
    await this.raw(`remove ${device}`, options);
  }

  /** One SysRq key; what it printed. */
  sysrq(key: string, options?: CallOptions): Promise<string> {
    return this.raw(`sysrq ${key}`, options);
  }

  /** Ctrl-Alt-Del: what it does is up to the guest's init. */
  async cad(options?: CallOptions): Promise<void> {
    await this.raw("cad", options);
  }

  /** Pauses the guest. Rejects as refused when it is paused. */
  async stop(options?: CallOptions): Promise<void> {
    await this.raw("stop", options);
  }

  /** Lets a paused guest go on. Rejects as refused when it is not paused. */
  async go(options?: CallOptions): Promise<void> {
    await this.raw("go", options);
  }

  /** Puts one line into the kernel log. */
  async log(line: string, options?: CallOptions): Promise<void> {
    // Without a newline it would stay unseen until the kernel next says something.
    await this.raw(`log ${line}\n`, options);
  }

  /** A file of the guest's /proc, named without it: meminfo, loadavg. */
  async proc(path: string, options?: CallOptions): Promise<string> {
    return (await this.raw(`proc ${path}`, options)).replace(/^\n/, "");
  }

  /** Kernel stack of one process of the guest, by the guest's pid. The guest's console shows it too. */
  stack(pid: number, options?: CallOptions): Promise<string> {
    return this.raw(`stack ${pid}`, options);
  }

  /** Any command as text; what is refused elsewhere is refused here too. Of a log command, the newline is not added. */
  async raw(
    command: string,
    { timeoutMs, signal, mayPanic = false, yields = false }: CallOptions = {},
  ): Promise<string> {
    const forbidden = whyForbidden(command, this.#options.kernelVersion, { mayPanic });
    if (forbidden !== null) throw new MconsoleError("forbidden", forbidden);
    if (Buffer.byteLength(command) > COMMAND_MAXIMUM_BYTES) {
      throw new MconsoleError("too-long", `A command has at most ${COMMAND_MAXIMUM_BYTES} bytes.`);
    }
    if (this.#closed) throw closed();
    if (signal?.aborted) throw calledOff(command, signal);
    if (yields && this.#calls.size > 0) throw new MconsoleError("busy", "Another command is under way.");
    this.#yielding?.(new MconsoleError("busy", "Another command came."));
    if (this.#calls.size > QUEUE_MAXIMUM) throw new MconsoleError("busy", "Too many commands wait for this guest.");

    let stage: "waits" | "waits for a late answer" | "asked" = "waits";
    let giveUp!: (error: MconsoleError) => void;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = (error) => {
        reject(error);
        this.#calls.delete(giveUp);
        if (this.#yielding === giveUp) this.#yielding = null;
        // Its answer may still come: not on a socket that another command uses.
        if (stage === "asked") this.#channel?.giveUp(error);
      };
    });
    givenUp.catch(() => {});
    const ask = async (): Promise<string> => {
      try {
        const channel = this.#openChannel();
        if (!channel.isFree) {
          stage = "waits for a late answer";
          await Promise.race([channel.whenFree(), givenUp]);
        }
        stage = "asked";
        return await channel.ask(command);
      } finally {
        stage = "waits";
      }
    };
    // What waits for nobody is sent first of all: what follows is then done while the guest works.
    const answer = this.#calls.size === 0 ? ask() : this.#last.then(() => (this.#calls.has(giveUp) ? ask() : givenUp));
    this.#last = answer.catch(() => {});
    this.#calls.add(giveUp);
    if (yields) this.#yielding = giveUp;
    const timer = setTimeout(
      () => giveUp(OUT_OF_TIME[stage](command)),
      timeoutMs ?? this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    const callOff = (): void => giveUp(calledOff(command, signal));
    signal?.addEventListener("abort", callOff, { once: true });
    try {
      return await Promise.race([answer, givenUp]);
    } finally {
      this.#calls.delete(giveUp);
      if (this.#yielding === giveUp) this.#yielding = null;
      signal?.removeEventListener("abort", callOff);
      clearTimeout(timer);
    }
  }

  /** Rejects what runs and what waits with closed. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#calls) giveUp(closed());
    this.#channel?.close();
  }

  /**
   * The one of the last command, or a new one where an answer is still to come on that, or it is closed. Where there can be
   * no new one, the old one again: a guest answers in the order of the commands, so that waiting for it takes no longer.
   */
  #openChannel(): Channel {
    const last = this.#channel;
    if (last?.isFree) return last;
    try {
      this.#channel = new Channel(this.#options);
    } catch (error) {
      if (last?.isOpen && this.#options.keepsAddress === true) return last;
      throw error;
    }
    last?.close();
    return this.#channel;
  }

  async #unpause(options?: CallOptions): Promise<void> {
    try {
      await this.go(options);
    } catch (error) {
      // "Not stopped" is what is wanted.
      if (!(error instanceof MconsoleError && error.code === "refused")) throw error;
    }
  }
}

const closed = (): MconsoleError => new MconsoleError("closed", "The connection to the guest was closed.");

const silent = (command: string): MconsoleError =>
  new MconsoleError("silent", `The guest did not answer "${command.trim()}" in time. It may have carried it out.`);

const OUT_OF_TIME = {
  waits: () => new MconsoleError("busy", "Commands before it took all of its time."),
  "waits for a late answer": (command: string) =>
    new MconsoleError(
      "silent",
      `"${command.trim()}" was not sent: the guest has not answered an earlier command, and its run folder takes no new socket.`,
    ),
  asked: silent,
};

const calledOff = (command: string, signal: AbortSignal | undefined): MconsoleError =>
  new MconsoleError("aborted", `"${command.trim()}" was called off.`, { cause: signal?.reason });
