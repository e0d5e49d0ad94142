import { randomBytes } from "node:crypto";
import { type FileHandle, link, open, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "./errno.ts";

/*
 * COW files, version 3: docs/uml.md, "COW files" (arch/um/drivers/cow_user.c). All integers are big-endian: magic,
 * version, mtime (4 bytes each), size of the backing file (8), sector size, alignment, format (4 each), its path. Behind
 * the header, aligned, lies one bit for each sector; behind the bits, aligned, the sectors.
 */

const MAGIC = 0x4f4f4f4d;
const VERSION = 3;
const BITMAP_FORMAT = 0;
const PATH_OFFSET = 32;
const PATH_BYTES = 4096;
const HEADER_BYTES = PATH_OFFSET + PATH_BYTES;
const SECTOR_BYTES = 512;
const ALIGNMENT_BYTES = 4096;
/** The header keeps the backing file's modification time in 32 bits, which the kernel reads without a sign. */
const MTIME_MAXIMUM_S = 0xffff_ffff;

/** Header of a COW file. Sizes in bytes. */
export interface CowHeader {
  readonly version: 3;
  /** Modification time of the backing file when the COW was made, whole seconds since 1970. */
  readonly mtimeS: number;
  readonly backingSize: number;
  readonly sectorSize: number;
  readonly alignment: number;
  /** Path of the backing file as written in the header: what the kernel opens unless told otherwise. */
  readonly backing: string;
}

export type CowErrorCode =
  /** There is a file in the place of the new one; it was left alone. */
  | "exists"
  /** The backing file is not there, or is no plain file. */
  | "bad-backing"
  /** The path for the header is not absolute, lies directly under /, or is longer than 4095 bytes. */
  | "bad-path";

export class CowError extends Error {
  override readonly name = "CowError";
  readonly code: CowErrorCode;

  constructor(code: CowErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type CowCheck =
  | { readonly result: "ok"; readonly header: CowHeader }
  | { readonly result: "mtime-mismatch" | "size-mismatch"; readonly header: CowHeader; readonly message: string }
  | {
      /** torn: shorter than its header and bitmap. unsupported: a COW file of another version or format. */
      readonly result: "missing" | "not-cow" | "torn" | "unsupported" | "backing-missing";
      readonly message: string;
    };

/** The header of a version 3 COW file, or null where there is none. Rejects as open(2) and read(2) do. */
export const readCowHeader = async (file: string): Promise<CowHeader | null> => {
  const handle = await open(file, "r");
  try {
    return decodeHeader(await readStart(handle));
  } finally {
    await handle.close();
  }
};

export interface CowContent {
  /** The backing file as this process sees it, whose size and time go into the header. It is not opened. */
  readonly backing: string;
  /** Path of the backing file as the kernel will see it. Left out: the same. */
  readonly backingInside?: string;
}

export interface NewCow extends CowContent {
  readonly file: string;
}

/**
 * Makes an empty COW file, mode 0600, whole or not at all: written beside its place, synced, and only then given its
 * name. Rejects with CowError, and with what the file system says (ENOSPC) after removing what it had begun.
 */
export const createCow = async ({ file, ...content }: NewCow): Promise<CowHeader> => {
  const header = await newHeader(content);
  const draft = `${file}.${randomBytes(4).toString("hex")}.new`;
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await writeSynced(handle, header);
    } finally {
      await handle.close();
    }
    // link(2), unlike rename(2), never replaces a disk that is there already.
    await link(draft, file);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw new CowError("exists", `${file} is there already.`, { cause: error });
    throw error;
  } finally {
    await unlink(draft).catch(() => {});
  }
  await syncFolder(dirname(file));
  return header;
};

/**
 * Makes an empty COW file of one that is open for writing and has nothing in it. Rejects as createCow does; what was
 * begun stays in the file then.
 */
export const fillCow = async (handle: FileHandle, content: CowContent): Promise<CowHeader> => {
  const header = await newHeader(content);
  await writeSynced(handle, header);
  return header;
};

/** Size in bytes of a COW file over a backing file of this size, once all of it is written. */
export const cowFileBytes = (backingSize: number): number =>
  dataOffset({ backingSize, sectorSize: SECTOR_BYTES, alignment: ALIGNMENT_BYTES }) + backingSize;

const newHeader = async ({ backing, backingInside = backing }: CowContent): Promise<CowHeader> => {
  if (!/^\/[^/\0]+\/[^\0]+$/.test(backingInside) || Buffer.byteLength(backingInside) >= PATH_BYTES) {
    throw new CowError("bad-path", `A COW file cannot name ${backingInside} as its backing file.`);
  }
  const measured = await measure(backing);
  if (measured === null) throw new CowError("bad-backing", `${backing} is not there or is not a plain file.`);
  if (measured.mtimeS < 0 || measured.mtimeS > MTIME_MAXIMUM_S) {
    throw new CowError("bad-backing", `The modification time of ${backing} does not fit in a COW file.`);
  }
  return {
    version: VERSION,
    mtimeS: measured.mtimeS,
    backingSize: measured.size,
    sectorSize: SECTOR_BYTES,
    alignment: ALIGNMENT_BYTES,
    backing: backingInside,
  };
};

/** Whether a kernel will take this COW file over this backing file: what it compares itself, without starting one. */
export const checkCow = async (file: string, backing: string): Promise<CowCheck> => {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { result: "missing", message: `${file} is not there.` };
    throw error;
  }
  try {
    return await checkOpenCow(handle, file, backing);
  } finally {
    await handle.close();
  }
};

/** As checkCow, of a file that is open; `file` is how messages call it. */
export const checkOpenCow = async (handle: FileHandle, file: string, backing: string): Promise<CowCheck> => {
  const start = await readStart(handle);
  const { size } = await handle.stat();
  const header = decodeHeader(start);
  if (header === null) return notReadable(file, start, size);
  if (size < dataOffset(header)) return torn(file);
  const measured = await measure(backing);
  if (measured === null) return { result: "backing-missing", message: `${backing} is not there or not a plain file.` };
  if (measured.size !== header.backingSize) {
    const message = `${backing} has ${measured.size} bytes, but had ${header.backingSize} when ${file} was made.`;
    return { result: "size-mismatch", header, message };
  }
  if (measured.mtimeS !== header.mtimeS) {
    const message = `${backing} was changed (${iso(measured.mtimeS)}) since ${file} was made (${iso(header.mtimeS)}).`;
    return { result: "mtime-mismatch", header, message };
  }
  return { result: "ok", header };
};

const notReadable = (file: string, start: Buffer, size: number): CowCheck => {
  const magic = start.length >= 4 && start.readUInt32BE(0) === MAGIC;
  if (size === 0 || (magic && size < HEADER_BYTES)) return torn(file);
  return magic
    ? { result: "unsupported", message: `${file} is a COW file of a version or format other than ${VERSION}.` }
    : { result: "not-cow", message: `${file} is not a COW file.` };
};

const torn = (file: string): CowCheck => ({
  result: "torn",
  message: `${file} is a COW file that was never finished, or was cut off.`,
});

const readStart = async (handle: FileHandle): Promise<Buffer> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  return buffer.subarray(0, bytesRead);
};

const decodeHeader = (start: Buffer): CowHeader | null => {
  if (start.length < HEADER_BYTES || start.readUInt32BE(0) !== MAGIC) return null;
  if (start.readUInt32BE(4) !== VERSION || start.readUInt32BE(28) !== BITMAP_FORMAT) return null;
  const path = start.subarray(PATH_OFFSET);
  const end = path.indexOf(0);
  const header: CowHeader = {
    version: VERSION,
    mtimeS: start.readUInt32BE(8),
    backingSize: Number(start.readBigUInt64BE(12)),
    sectorSize: start.readUInt32BE(20),
    alignment: start.readUInt32BE(24),
    backing: path.toString("utf8", 0, end === -1 ? path.length : end),
  };
  return header.sectorSize === 0 || header.alignment === 0 ? null : header;
};

const encodeHeader = (header: CowHeader): Buffer => {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(header.version, 4);
  bytes.writeUInt32BE(header.mtimeS, 8);
  bytes.writeBigUInt64BE(BigInt(header.backingSize), 12);
  bytes.writeUInt32BE(header.sectorSize, 20);
  bytes.writeUInt32BE(header.alignment, 24);
  bytes.writeUInt32BE(BITMAP_FORMAT, 28);
  bytes.write(header.backing, PATH_OFFSET);
  return bytes;
};

const dataOffset = ({
  backingSize,
  sectorSize,
  alignment,
}: Pick<CowHeader, "backingSize" | "sectorSize" | "alignment">): number => {
  const bitmapOffset = roundUp(HEADER_BYTES, alignment);
  return roundUp(bitmapOffset + Math.ceil(Math.ceil(backingSize / sectorSize) / 8), alignment);
};

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

/** The rest of the file is a hole, which reads as zeros: no sector written yet. */
const writeSynced = async (handle: FileHandle, header: CowHeader): Promise<void> => {
  await handle.writeFile(encodeHeader(header));
  await handle.truncate(cowFileBytes(header.backingSize));
  await handle.sync();
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** As the kernel measures: whole seconds, cut off. */
const measure = async (file: string): Promise<{ size: number; mtimeS: number } | null> => {
  try {
    const found = await stat(file, { bigint: true });
    if (!found.isFile()) return null;
    return { size: Number(found.size), mtimeS: Number(found.mtimeNs / 1_000_000_000n) };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
};

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
