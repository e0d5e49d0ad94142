import { closeSync } from "node:fs";
import type { Line, LineListener, TerminalSource } from "./consoleSource.ts";
import { PtyReader } from "./ptyReader.ts";
import { writeNow } from "./ptyWriter.ts";
import { dropUnreadInput, unreadInput } from "./unreadInput.ts";

/** A console's terminal while it is connected. */
export class TerminalLine implements Line {
  readonly takesInput: boolean;
  readonly #source: TerminalSource;
  readonly #reader: PtyReader;
  /** Where it writes, when that is another terminal than the one it reads. */
  #inputFd: number | null;

  /** Throws the system's error when the descriptor is no terminal; the descriptors stay the caller's then. */
  constructor(source: TerminalSource, readBuffer: Buffer, listener: LineListener) {
    this.#source = source;
    this.takesInput = source.inputFd !== null;
    this.#inputFd = source.inputFd ?? null;
    this.#reader = new PtyReader(source.fd, readBuffer, {
      keep: (bytes) => listener.keep(bytes),
      pass: (chunk) => listener.pass(chunk),
      readsAPass: () => listener.readsAPass(),
      end: (error) => {
        this.close();
        listener.end(error);
      },
    });
  }

  drain(): void {
    this.#reader.drain();
  }

  write(bytes: Uint8Array): number | null {
    return writeNow(this.#inputFd ?? this.#source.fd, bytes);
  }

  unread(): number | null {
    return unreadInput(this.#inputFd ?? this.#source.fd);
  }

  dropUnread(): void {
    dropUnreadInput(this.#inputFd ?? this.#source.fd);
  }

  resize(cols: number, rows: number): void {
    this.#source.resize(cols, rows);
  }

  close(): void {
    this.#reader.close();
    if (this.#inputFd !== null) closeSync(this.#inputFd);
    this.#inputFd = null;
  }
}
