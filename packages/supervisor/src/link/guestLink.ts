import { CorralError, EXEC_OUTPUT_MAXIMUM_BYTES, EXEC_STREAMS_MAXIMUM, type GuestLinkState } from "@corral/contracts";
import { dataFrames, type LinkStream, PING, wordFrames } from "./frames.ts";
import { LinkLine, type LinkPast, type RunFrame } from "./linkLine.ts";
import { LinkRun, OUTPUT_PIECE_BYTES, type Wish } from "./linkRun.ts";
import type { Lane, RunRequest, RunResult, StreamRequest, StreamResult } from "./runRequest.ts";
import { Turns } from "./turns.ts";
import { Uploads } from "./uploads.ts";

/**
 * What of a guest is done at a time, besides commands that stream, and so that none waits for another kind: a command may
 * last for minutes. With their outputs they bound what one guest can take of this server's memory.
 */
const LANES: Record<Lane, number> = { commands: 4, files: 2, questions: 2 };
/** What may wait behind them, in each lane. */
const WAITING_MAXIMUM = 32;
/** An end that was asked for before the script knew the command's process is asked for again. */
const KILL_AGAIN_MS = 500;
/** How long a guest may take to hear that a command is to be killed, and then to report that it was. */
const KILL_TAKEN_MS = 3_000;
const KILLED_MS = 10_000;
/** Commands that have ended while something held their output open: each may ask once more whether to go on. */
const LEFT_MAXIMUM = 64;

const LETTERS: Record<LinkStream, string> = { stdout: "o", stderr: "e" };

/** The server's end of one guest's link: docs/guest-link.md. All rejects are CorralError. */
export class GuestLink {
  readonly #line: LinkLine;
  readonly uploads = new Uploads((request) => this.run({ ...request, lane: "files" }));
  readonly #runs = new Map<string, LinkRun>();
  /** Ids of commands that are over while something holds their output open. */
  readonly #left = new Set<string>();
  readonly #turns: Record<Lane, Turns> = {
    commands: new Turns(LANES.commands, WAITING_MAXIMUM),
    files: new Turns(LANES.files, WAITING_MAXIMUM),
    questions: new Turns(LANES.questions, WAITING_MAXIMUM),
  };
  #streams = 0;
  #count = 0;

  /** `fd`, the server's end of the link, belongs to the link from here on. */
  constructor(fd: number, past: LinkPast, onState: () => void) {
    this.#line = new LinkLine(fd, past, {
      onState,
      onFrame: (frame) => this.#receive(frame),
      onLost: (error) => {
        this.#left.clear();
        for (const run of this.#runs.values()) run.fail(error);
      },
    });
  }

  get state(): GuestLinkState {
    return this.#line.state;
  }

  /** Runs one command in the guest, as root. Rejects with guest_silent, too_many_requests, cancelled. */
  async run(request: RunRequest): Promise<RunResult> {
    const { words, input, timeoutMs, outputMaximumBytes = EXEC_OUTPUT_MAXIMUM_BYTES } = request;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    const leave = await this.#turns[request.lane].enter(signal);
    const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const bytes = { stdout: 0, stderr: 0 };
    const onOutput = (stream: LinkStream, piece: Buffer): Wish => {
      if (bytes[stream] <= outputMaximumBytes) kept[stream].push(piece);
      bytes[stream] += piece.length;
      return bytes[stream] > outputMaximumBytes ? "enough" : "more";
    };
    try {
      const ending = await this.#run({
        words,
        ...(input === undefined || input.length === 0 ? {} : { input: once(input) }),
        onOutput,
        deadline,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      if (request.signal?.aborted) throw gone();
      return {
        ...ending,
        stdout: Buffer.concat(kept.stdout).subarray(0, outputMaximumBytes),
        stderr: Buffer.concat(kept.stderr).subarray(0, outputMaximumBytes),
        truncated: Math.max(bytes.stdout, bytes.stderr) > outputMaximumBytes,
      };
    } finally {
      leave();
    }
  }

  /**
   * The same with input and output as they come; one that its signal has ended has an exit code too. Does not wait for its
   * turn: rejects with too_many_requests.
   */
  async stream(request: StreamRequest): Promise<StreamResult> {
    if (this.#streams >= EXEC_STREAMS_MAXIMUM) {
      throw new CorralError(
        "too_many_requests",
        `${EXEC_STREAMS_MAXIMUM} commands are connected to this guest already. End one of them first.`,
      );
    }
    this.#streams += 1;
    try {
      const { timeoutMs, ...rest } = request;
      const deadline = timeoutMs === null ? new AbortController().signal : AbortSignal.timeout(timeoutMs);
      return await this.#run({ ...rest, deadline });
    } finally {
      this.#streams -= 1;
    }
  }

  async #run(request: Omit<StreamRequest, "timeoutMs"> & { readonly deadline: AbortSignal }): Promise<StreamResult> {
    const { words, input, onOutput, deadline } = request;
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    this.#count += 1;
    const id = `${this.#line.session}${this.#count}`;
    const run = new LinkRun({
      take: onOutput,
      answer: (stream, wish) => this.#answer(id, stream, wish),
      roundTrip: () => this.#line.send([PING]),
    });
    this.#runs.set(id, run);
    this.#line.nudge(true);
    let timedOut = false;
    let incomplete = true;
    try {
      await this.#line.ready(signal);
      await this.#line.send([...wordFrames(words), Buffer.from(`run ${id} ${input === undefined ? "-" : "+"}\n`)], {
        signal,
      });
      if (input !== undefined) void this.#feed(id, run, input, signal);
      if (await endsBy(run.ended, signal)) {
        // One that has ended itself, and whose output still comes, was not ended by its time.
        timedOut = run.exitCode === null && request.signal?.aborted !== true;
        if (run.exitCode === null) await this.#kill(id, run);
      }
      incomplete = run.isIncomplete;
    } catch (error) {
      this.#say(`kill ${id}`);
      throw request.signal?.aborted ? gone() : error;
    } finally {
      this.#runs.delete(id);
      if (run.isHeldOpen) this.#leave(id);
      else this.#line.forgive();
      if (this.#runs.size === 0) this.#line.nudge(false);
      run.fail(gone());
    }
    return { exitCode: run.exitCode, timedOut, incomplete };
  }

  /** Gives a command its input as it reads it, to the end of one of them. */
  async #feed(id: string, run: LinkRun, input: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const bulk = { signal, isBulk: true };
    try {
      let piece = 0;
      for await (const bytes of input) {
        for (let at = 0; at < bytes.length; at += OUTPUT_PIECE_BYTES) {
          if (!(await run.inputRoom())) return;
          piece += 1;
          const data = dataFrames(id, piece, bytes.subarray(at, at + OUTPUT_PIECE_BYTES));
          await this.#line.send([...data, Buffer.from(`feed ${id} ${piece}\n`)], bulk);
        }
      }
      if (await run.inputRoom()) await this.#line.send([Buffer.from(`feed ${id} end\n`)], bulk);
    } catch (error) {
      if (signal.aborted) return;
      // Half an input must not be taken for a whole one.
      run.fail(error);
    }
  }

  async #kill(id: string, run: LinkRun): Promise<void> {
    const over = AbortSignal.timeout(KILLED_MS);
    while (!over.aborted) {
      try {
        await this.#line.send([Buffer.from(`kill ${id}\n`)], { signal: AbortSignal.timeout(KILL_TAKEN_MS) });
      } catch {
        return;
      }
      if (!(await endsBy(run.ended, AbortSignal.any([over, AbortSignal.timeout(KILL_AGAIN_MS)])))) return;
    }
  }

  #answer(id: string, stream: LinkStream, wish: Wish): void {
    this.#say(`${wish} ${id} ${LETTERS[stream]}`);
  }

  #say(frame: string): void {
    // A guest that does not take it has no link any more, of which whoever waits for the command hears.
    this.#line.send([Buffer.from(`${frame}\n`)]).catch(() => {});
  }

  #receive(frame: RunFrame): boolean {
    const run = this.#runs.get(frame.id);
    if (run !== undefined) return run.receive(frame);
    if (frame.kind === "output-asks" && this.#left.has(frame.id)) this.#answer(frame.id, frame.stream, "enough");
    return false;
  }

  /** What still prints is told to print into nothing, when it asks. */
  #leave(id: string): void {
    this.#left.add(id);
    const [oldest] = this.#left;
    if (this.#left.size > LEFT_MAXIMUM && oldest !== undefined) this.#left.delete(oldest);
  }

  /** Lets go of the socket; the guest and what runs in it go on. Idempotent. */
  close(): void {
    this.uploads.close();
    this.#line.close();
  }
}

const gone = (): CorralError => new CorralError("cancelled", "The command was ended: nobody waits for it any more.");

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Whether the signal came first. */
const endsBy = async (ended: Promise<void>, signal: AbortSignal): Promise<boolean> => {
  const aborted = new Promise<"aborted">((resolve) => {
    if (signal.aborted) resolve("aborted");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
  return (await Promise.race([ended.then(() => "ended"), aborted])) === "aborted";
};
