import type { ExecAnswer, ExecRequest, FilePiece, GuestNetwork, GuestProcesses, GuestSockets } from "@corral/contracts";
import { type ReadPiece, readFilePiece } from "./files.ts";
import type { GuestLink } from "./guestLink.ts";
import { powerOff, setClock, setTerminalSize } from "./machine.ts";
import { readNetwork } from "./network.ts";
import { readProcesses } from "./processes.ts";
import type { StreamRequest, StreamResult } from "./runRequest.ts";
import type { RunCommand } from "./runShell.ts";
import { readSockets } from "./sockets.ts";

/** What can be done inside a guest over its link. All reject with CorralError. */
export class GuestInside {
  readonly #link: GuestLink;
  readonly #ask: RunCommand;
  readonly #copy: RunCommand;

  constructor(link: GuestLink) {
    this.#link = link;
    this.#ask = (request) => link.run({ ...request, lane: "questions" });
    this.#copy = (request) => link.run({ ...request, lane: "files" });
  }

  async exec(request: ExecRequest, signal?: AbortSignal): Promise<ExecAnswer> {
    const { command, input, timeoutMs, outputMaximumBytes, encoding } = request;
    const { stdout, stderr, ...facts } = await this.#link.run({
      lane: "commands",
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
    return readProcesses(this.#ask);
  }
  network(): Promise<GuestNetwork> {
    return readNetwork(this.#ask);
  }
  sockets(): Promise<GuestSockets> {
    return readSockets(this.#ask);
  }
  /** To the host's, if it is off. */
  setClock(): Promise<void> {
    return setClock(this.#ask);
  }
  /** For a console whose channel carries no window size, such as pts: `tty` is the guest's, such as tty1. */
  setTerminalSize(tty: string, cols: number, rows: number): Promise<void> {
    return setTerminalSize(this.#ask, tty, cols, rows);
  }
  /** An orderly shutdown that its own programs begin. */
  powerOff(): Promise<void> {
    return powerOff(this.#ask);
  }
  readFile(path: string, offset: number, limit: number): Promise<ReadPiece> {
    return readFilePiece(this.#copy, path, offset, limit);
  }
  writeFile(piece: FilePiece): Promise<void> {
    return this.#link.uploads.write(piece);
  }
}
