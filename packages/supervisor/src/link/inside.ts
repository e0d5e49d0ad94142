import type { ExecAnswer, ExecRequest, FilePiece, GuestNetwork, GuestProcesses, GuestSockets } from "@corral/contracts";
import { type ReadPiece, readFilePiece, writeFilePiece } from "./files.ts";
import type { GuestLink, StreamRequest, StreamResult } from "./guestLink.ts";
import { powerOff, setTerminalSize } from "./machine.ts";
import { readNetwork } from "./network.ts";
import { readProcesses } from "./processes.ts";
import type { RunCommand } from "./runShell.ts";
import { readSockets } from "./sockets.ts";

/** What can be done inside a guest over its link. All reject with CorralError. */
export class GuestInside {
  readonly #link: GuestLink;
  readonly #run: RunCommand;

  constructor(link: GuestLink) {
    this.#link = link;
    this.#run = (request) => link.run(request);
  }

  async exec(request: ExecRequest, signal?: AbortSignal): Promise<ExecAnswer> {
    const { command, input, timeoutMs, outputMaximumBytes, encoding } = request;
    const { stdout, stderr, ...facts } = await this.#run({
      words: command,
      input: Buffer.from(input, "base64"),
      timeoutMs,
      outputMaximumBytes,
      ...(signal === undefined ? {} : { signal }),
    });
    const as = encoding === "base64" ? "base64" : "utf8";
    return { ...facts, stdout: stdout.toString(as), stderr: stderr.toString(as) };
  }

  /** A command whose input and output come and go while it runs; when the signal comes it is ended with all its children. */
  stream(request: StreamRequest): Promise<StreamResult> {
    return this.#link.stream(request);
  }

  processes(): Promise<GuestProcesses> {
    return readProcesses(this.#run);
  }
  network(): Promise<GuestNetwork> {
    return readNetwork(this.#run);
  }
  sockets(): Promise<GuestSockets> {
    return readSockets(this.#run);
  }
  /** For a console whose channel carries no window size, such as pts: `tty` is the guest's, such as tty1. */
  setTerminalSize(tty: string, cols: number, rows: number): Promise<void> {
    return setTerminalSize(this.#run, tty, cols, rows);
  }
  /** An orderly shutdown that its own programs begin. */
  powerOff(): Promise<void> {
    return powerOff(this.#run);
  }
  readFile(path: string, offset: number, limit: number): Promise<ReadPiece> {
    return readFilePiece(this.#run, path, offset, limit);
  }
  writeFile(piece: FilePiece): Promise<void> {
    return writeFilePiece(this.#run, piece);
  }
}
