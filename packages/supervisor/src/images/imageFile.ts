import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { cancelled } from "./cancelled.ts";

/** What is known of an image's file. Size and whole seconds of mtime are what a COW file over it remembers. */
export interface ImageFacts {
  readonly sizeBytes: number;
  /** Really used on the host's disk: an image is sparse. */
  readonly diskBytes: number;
  readonly mtimeS: number;
  readonly sha256: string;
}

/** stat counts in blocks of this size, whatever the file system's own. */
const STAT_BLOCK_BYTES = 512;
/** Large enough that reading, not calling, sets the pace; small enough that a cancel is felt at once. */
const READ_BYTES = 1024 * 1024;

/**
 * Nobody writes to an image, not even its owner. When the server is root its guests run as other users, who read the
 * image through their sandbox; the folder above keeps everybody else out.
 */
const imageMode = (): number => (process.getuid?.() === 0 ? 0o444 : 0o400);

/**
 * Makes a finished file an image: read-only, on the disk for good, and last of all at its place. Rejects with
 * "cancelled" when the signal comes first; then nothing is at its place.
 */
export const publishImage = async (
  partial: string,
  file: string,
  signal: AbortSignal,
  onProgress: (fraction: number) => void = () => {},
): Promise<ImageFacts> => {
  const handle = await open(partial, constants.O_RDONLY | constants.O_NOFOLLOW);
  let facts: ImageFacts;
  try {
    await handle.chmod(imageMode());
    facts = await readFacts(handle, signal, onProgress);
    await handle.sync();
  } finally {
    await handle.close();
  }
  cancelled(signal);
  await rename(partial, file);
  const folder = await open(dirname(file), constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync().finally(() => folder.close());
  return facts;
};

/** Reads the whole file for its checksum; about a second for each GiB. */
export const imageFacts = async (
  file: string,
  signal: AbortSignal,
  onProgress: (fraction: number) => void = () => {},
): Promise<ImageFacts> => {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  return readFacts(handle, signal, onProgress).finally(() => handle.close());
};

const readFacts = async (
  handle: FileHandle,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<ImageFacts> => {
  const { size, blocks, mtimeMs } = await handle.stat();
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let at = 0; ; ) {
    cancelled(signal);
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
    onProgress(at / size);
  }
  return {
    sizeBytes: size,
    diskBytes: blocks * STAT_BLOCK_BYTES,
    mtimeS: Math.floor(mtimeMs / 1000),
    sha256: hash.digest("hex"),
  };
};

/**
 * Whether the file is still the one that COW files were made over, by what they compare: size and mtime in whole
 * seconds (docs/uml.md, "COW files"). Costs one stat. Returns null, or what is wrong and what to do.
 */
export const imageProblem = async (
  file: string,
  known: Pick<ImageFacts, "sizeBytes" | "mtimeS">,
): Promise<string | null> => {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    return found.code === "ENOENT"
      ? `Its file ${file} is gone. Put it back, or delete the image.`
      : `Its file ${file} cannot be looked at (${found.code}). Mend its permissions.`;
  }
  if (!found.isFile()) return `${file} is no longer a file. Put the image's file back.`;
  if (found.size !== known.sizeBytes) {
    return `Its file changed: ${found.size} bytes instead of ${known.sizeBytes}. Disks over it are unusable until the original is back.`;
  }
  const mtimeS = Math.floor(found.mtimeMs / 1000);
  if (mtimeS !== known.mtimeS) {
    return `Its file was touched. If its content is the original, this makes it usable again: touch -d @${known.mtimeS} ${file}`;
  }
  return null;
};
