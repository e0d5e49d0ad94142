import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { CorralError } from "@corral/contracts";
import type { NewEvent } from "@corral/store";

/**
 * Events that a server had to stop with before the database could take them, in a file of the data folder: one JSON object
 * a line. Throws as the file system does.
 */
export class KeptEvents {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** These, and no others. */
  keep(events: readonly NewEvent[]): void {
    const beside = `${this.#file}.new`;
    const fd = openSync(beside, "w", 0o600);
    try {
      writeFileSync(fd, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, this.#file);
  }

  read(): NewEvent[] {
    const lines = readIfThere(this.#file)?.trimEnd().split("\n") ?? [];
    try {
      return lines.map((line) => JSON.parse(line) as NewEvent);
    } catch {
      throw new CorralError(
        "host_unfit",
        `${this.#file} is damaged: it holds events that the last server could not store. Move it away, and start again.`,
      );
    }
  }

  forget(): void {
    rmSync(this.#file, { force: true });
  }
}

const readIfThere = (file: string): string | null => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
};
