import { CorralError, type FilePiece } from "@corral/contracts";
import { removePart, writeFilePiece } from "./files.ts";
import type { RunCommand } from "./runShell.ts";

/** An upload whose next piece has not come after this is over: its caller may have gone without a word. */
const IDLE_MS = 10 * 60_000;
/** A part that could not be removed, since the guest was busy, is tried again after this. */
const REMOVE_AGAIN_MS = 30_000;
/** Files that are on their way into one guest. */
const UPLOADS_MAXIMUM = 64;

interface Upload {
  readonly path: string;
  readonly upload: string;
  timer: NodeJS.Timeout | null;
}

/** Files on their way into a guest, in pieces. What does not come to its end leaves no part of itself there. */
export class Uploads {
  readonly #run: RunCommand;
  readonly #unfinished = new Map<string, Upload>();

  constructor(run: RunCommand) {
    this.#run = run;
  }

  /** Rejects with impossible, which says what the guest said, guest_silent, too_many_requests. */
  async write(piece: FilePiece): Promise<void> {
    const { path, upload, last } = piece;
    const key = `${upload} ${path}`;
    const known = this.#unfinished.get(key);
    if (known === undefined && this.#unfinished.size >= UPLOADS_MAXIMUM) {
      throw new CorralError("too_many_requests", "Too many files are being copied into this guest. Try again later.");
    }
    const each: Upload = known ?? { path, upload, timer: null };
    this.#unfinished.set(key, each);
    clearTimeout(each.timer ?? undefined);
    try {
      await writeFilePiece(this.#run, piece);
    } catch (error) {
      // A guest that has refused a piece may be given a better one; after anything else it is not known what it has.
      if (error instanceof CorralError && error.code === "impossible" && known !== undefined) this.#later(key, IDLE_MS);
      else void this.#remove(key);
      throw error;
    }
    if (last) this.#unfinished.delete(key);
    else this.#later(key, IDLE_MS);
  }

  #later(key: string, ms: number): void {
    const upload = this.#unfinished.get(key);
    if (upload === undefined) return;
    clearTimeout(upload.timer ?? undefined);
    upload.timer = setTimeout(() => void this.#remove(key), ms).unref();
  }

  async #remove(key: string): Promise<void> {
    const upload = this.#unfinished.get(key);
    if (upload === undefined) return;
    try {
      await removePart(this.#run, upload.path, upload.upload);
      this.#unfinished.delete(key);
    } catch {
      this.#later(key, REMOVE_AGAIN_MS);
    }
  }

  /** Of a guest that is not listened to any more. Idempotent. */
  close(): void {
    for (const { timer } of this.#unfinished.values()) clearTimeout(timer ?? undefined);
    this.#unfinished.clear();
  }
}
