import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** stat counts in blocks of this size, whatever the file system's own. */
const STAT_BLOCK_BYTES = 512;

/** What every COW file over an image remembers of it (docs/uml.md, "COW files"). */
interface KnownFile {
  readonly sizeBytes: number;
  /** Whole seconds. */
  readonly mtimeS: number;
}

/** The folder of image files. */
export class ImageFolder {
  readonly path: string;

  constructor(home: string) {
    this.path = join(home, "images");
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** What a file really takes of the disk, sparse as it is, and why guests cannot use it, if they cannot. */
  async condition(name: string, known: KnownFile): Promise<{ diskBytes: number; problem: string | null }> {
    const file = this.file(name);
    const facts = await stat(file).catch(() => null);
    if (facts === null) return { diskBytes: 0, problem: `Its file ${file} is gone. Put it back, or delete the image.` };
    const problem =
      facts.size !== known.sizeBytes
        ? `Its file ${file} was changed, and disks over it cannot be used until the original is back.`
        : Math.floor(facts.mtimeMs / 1000) !== known.mtimeS
          ? `Its file was touched. If its content is the original: touch -d @${known.mtimeS} ${file}`
          : null;
    return { diskBytes: facts.blocks * STAT_BLOCK_BYTES, problem };
  }

  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true });
  }

  /** Removes what a server left that was killed while it made or deleted an image. */
  sweep(registered: readonly string[]): void {
    for (const name of readdirSync(this.path)) {
      const isLeftOver = /^[a-z0-9]{16}\.img$/.test(name) ? !registered.includes(name) : name.startsWith("image-");
      if (!isLeftOver) continue;
      try {
        rmSync(this.file(name), { recursive: true, force: true });
      } catch {
        // A half-built system may have folders that nobody may write to. It takes room, but is no reason not to start.
      }
    }
  }
}
