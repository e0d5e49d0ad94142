import { constants } from "node:fs";
import { copyFile, type FileHandle, open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { CorralError, IMAGE_MAXIMUM_MIB, IMAGE_MINIMUM_MIB, impossible } from "@corral/contracts";
import { cancelled } from "./cancelled.ts";
import { HEAD_BYTES, rawImageProblem } from "./diskFormats.ts";
import type { BuiltImage, ImageBuild } from "./imageBuild.ts";
import { publishImage } from "./imageFile.ts";
import { inWorkFolder } from "./workFolder.ts";

const MIB = 1024 * 1024;
/** Copied at a time, between two looks at the signal. */
const CHUNK_BYTES = 4 * MIB;
/** A run of zeros of this length, the block size of common file systems, is left out of the copy as a hole. */
const HOLE_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(HOLE_BYTES);
/** ubd counts in sectors of this size. */
const SECTOR_BYTES = 512;
/** Of the progress, copying is this much and the checksum the rest. */
const COPYING = 0.6;

export interface FileImageRequest {
  /** On the host. */
  readonly path: string;
}

/**
 * Copies a raw disk image in. The file must be a regular one with a file system that a UML kernel can mount, or a
 * partition table. A reflink where the file system has them, else without its holes. Rejects with "impossible" and the
 * field "path" when it is not such a file.
 */
export const registerFile = async ({ path }: FileImageRequest, build: ImageBuild): Promise<BuiltImage> =>
  inWorkFolder(build.workFolder, async (folder) => {
    build.onProgress(0, "looking at the file");
    const source = await openSource(path);
    try {
      await refuseOther(source, path);
      const before = await source.stat();
      const copy = join(folder, "image");
      build.onProgress(null, "copying");
      await copySource(source, before.size, copy, folder, build);
      const after = await source.stat();
      if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
        throw impossible("path", `${path} was written to while it was copied. Stop what uses it, then try again.`);
      }

      const facts = await publishImage(copy, build.file, build.signal, (fraction) =>
        build.onProgress(COPYING + (1 - COPYING) * fraction, "computing its checksum"),
      );
      return {
        origin: { kind: "file", path },
        login: { user: null, password: null, note: "Whoever made the file knows how to log in." },
        facts,
      };
    } finally {
      await source.close();
    }
  });

/** Throws what registerFile would throw for a file at once, so that nobody waits for a refusal. */
export const checkFile = async (path: string): Promise<void> => {
  const source = await openSource(path);
  try {
    await refuseOther(source, path);
  } finally {
    await source.close();
  }
};

/** What a file is goes before its size: a qcow2 disk is small, and lengthening it would be no help. */
const refuseOther = async (source: FileHandle, path: string): Promise<void> => {
  const { size } = await source.stat();
  const problem = rawImageProblem(await readEnds(source, size), path) ?? sizeProblem(size);
  if (problem !== null) throw impossible("path", problem);
};

/** Not through a symbolic link in the last place, and without waiting for the writer of a FIFO. */
const openSource = async (path: string): Promise<FileHandle> => {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    throw impossible("path", OPEN_PROBLEMS[error.code ?? ""] ?? `cannot be opened (${error.code}).`);
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw impossible("path", "is not a regular file. Copy a device to a file first, for example with dd.");
};

const OPEN_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file on the host.",
  ENOTDIR: "there is no such file on the host.",
  EACCES: "the server may not read it. Give its user the right, or copy the file to where it may.",
  ELOOP: "is a symbolic link. Give the path of the file itself.",
  ENXIO: "is not a regular file. Copy a device to a file first, for example with dd.",
};

const sizeProblem = (size: number): string | null => {
  if (size < IMAGE_MINIMUM_MIB * MIB) {
    return `is ${size} bytes long; an image has at least ${IMAGE_MINIMUM_MIB} MiB. A smaller file can be lengthened with truncate -s ${IMAGE_MINIMUM_MIB}M.`;
  }
  if (size > IMAGE_MAXIMUM_MIB * MIB)
    return `is larger than ${IMAGE_MAXIMUM_MIB / 1024} GiB, the most an image can have.`;
  if (size % SECTOR_BYTES !== 0) {
    return `is ${size} bytes long, which is no whole number of 512-byte sectors: it is cut short, or not a disk image.`;
  }
  return null;
};

const readEnds = async (source: FileHandle, size: number): Promise<{ head: Buffer; tail: Buffer }> => {
  const head = Buffer.alloc(HEAD_BYTES);
  const tail = Buffer.alloc(SECTOR_BYTES);
  await source.read(head, 0, head.length, 0);
  await source.read(tail, 0, tail.length, Math.max(0, size - tail.length));
  return { head, tail };
};

const copySource = async (
  source: FileHandle,
  size: number,
  copy: string,
  folder: string,
  build: ImageBuild,
): Promise<void> => {
  // By the descriptor, so that it is the file that was looked at.
  const reflinked = await copyFile(`/proc/self/fd/${source.fd}`, copy, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
  if (reflinked) return;
  await rm(copy, { force: true });

  const { blocks } = await source.stat();
  const { bavail, bsize } = await statfs(folder);
  if (blocks * SECTOR_BYTES > bavail * bsize) {
    throw new CorralError(
      "disk_full",
      `The image was not copied: it has ${Math.ceil((blocks * SECTOR_BYTES) / MIB)} MiB, and ${Math.floor((bavail * bsize) / MIB)} MiB are free. Make room, then try again.`,
    );
  }
  const target = await open(copy, "wx", 0o600);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = 0; at < size; ) {
      cancelled(build.signal);
      const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) break;
      await writeWithoutZeros(target, buffer.subarray(0, bytesRead), at);
      at += bytesRead;
      build.onProgress((COPYING * at) / size, "copying");
    }
    await target.truncate(size);
  } finally {
    await target.close();
  }
};

const writeWithoutZeros = async (target: FileHandle, chunk: Buffer, at: number): Promise<void> => {
  for (let from = 0; from < chunk.length; ) {
    let to = from;
    while (to < chunk.length && !isZero(chunk.subarray(to, to + HOLE_BYTES))) to += HOLE_BYTES;
    const data = chunk.subarray(from, to);
    for (let done = 0; done < data.length; ) {
      done += (await target.write(data, done, data.length - done, at + from + done)).bytesWritten;
    }
    from = to + HOLE_BYTES;
  }
};

const isZero = (block: Buffer): boolean => block.equals(ZEROS.subarray(0, block.length));
