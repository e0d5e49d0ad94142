import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import koffi from "koffi";

/*
 * Output that has been read from the pty and is not in the log yet. Between read(2) and write(2) a SIGKILL would take
 * it away, and under load the kernel likes to run somebody else just there: in a test with a kill every 30 ms one kill
 * in thirty lost a read. So the buffer that reads go into is a file in memory, mapped: its bytes outlive the process,
 * and the next one to open the log finds them.
 *
 * The file is DATA_BYTES of data and then an offset, as a double: the log's end when the data was blank. Whatever in the
 * data is not blank belongs at that offset, and was logged as far as the log reaches beyond it. The order is: read,
 * write to the log, blank the data, set the offset. After a kill between any two of these the rule holds.
 *
 * It is in /dev/shm and not beside the log since a mapped page on a full disk means SIGBUS. A power failure takes it
 * along, with the pty.
 */

const FOLDER = "/dev/shm";
/** A read from a pty gives at most 4 KB. */
const DATA_BYTES = 16 * 1024;
const FILE_BYTES = DATA_BYTES + Float64Array.BYTES_PER_ELEMENT;
/** Stands in no UTF-8 text. Only such bytes at the very end of a read that was killed could be mistaken for blank. */
const BLANK = 0xff;

const PROT_READ_WRITE = 1 | 2;
const MAP_SHARED = 1;
const MAP_FAILED = -1n;
const OWNER_ONLY = 0o600;

const libc = koffi.load(null);
const mmap = libc.func("void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)");
const munmap = libc.func("int munmap(void *address, size_t length)");

/** The file that belongs to a log's folder. */
export const inFlightPath = (folder: string): string => {
  const name = createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 32);
  return `${FOLDER}/console-${name}`;
};

/** Whether a process left such a file, which may have something in it. */
export const hasInFlight = (folder: string): boolean =>
  lstatSync(inFlightPath(folder), { throwIfNoEntry: false }) !== undefined;

export class InFlight {
  readonly #path: string;
  #mapping: unknown = null;
  #data: Buffer;
  #offset: Float64Array;

  /** `folder` is the log's. Where no memory can be shared, the buffer is an ordinary one and a kill may lose a read. */
  constructor(folder: string) {
    this.#path = inFlightPath(folder);
    const memory = this.#map() ?? blankMemory();
    this.#data = Buffer.from(memory, 0, DATA_BYTES);
    this.#offset = new Float64Array(memory, DATA_BYTES, 1);
  }

  /** Where the pty is read into. What is read there must be logged before the next read. */
  get buffer(): Buffer {
    return this.#data;
  }

  /** What belongs at the log's `end` and was not written there when the process before this one was killed. */
  leftOver(end: number): Uint8Array {
    const logged = end - (this.#offset[0] ?? Number.NaN);
    if (!(logged >= 0 && logged < DATA_BYTES)) return new Uint8Array(0);
    const read = this.#data.findLastIndex((byte) => byte !== BLANK) + 1;
    return Uint8Array.from(this.#data.subarray(logged, Math.max(logged, read)));
  }

  /** The first `count` bytes of the buffer are in the log, which ends at `end` now. */
  logged(count: number, end: number): void {
    this.#data.fill(BLANK, 0, count);
    this.#offset[0] = end;
  }

  /** Gives the memory back. Nothing may be read into `buffer` any more. Idempotent. */
  close(): void {
    if (this.#mapping === null) return;
    const memory = blankMemory();
    this.#data = Buffer.from(memory, 0, DATA_BYTES);
    this.#offset = new Float64Array(memory, DATA_BYTES, 1);
    munmap(this.#mapping, FILE_BYTES);
    this.#mapping = null;
    rmSync(this.#path, { force: true });
  }

  #map(): ArrayBuffer | null {
    let fd: number | null = null;
    try {
      fd = openOwn(this.#path) ?? createBlank(this.#path);
      const address = mmap(null, FILE_BYTES, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      if (BigInt.asIntN(64, BigInt(address)) === MAP_FAILED) return null;
      this.#mapping = address;
      return koffi.view(address, FILE_BYTES);
    } catch {
      return null;
    } finally {
      if (fd !== null) closeSync(fd);
    }
  }
}

/** The folder is everybody's: only a file that this user alone can have made, and wholly, is used. */
const openOwn = (path: string): number | null => {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
    const { uid, mode, nlink, size } = fstatSync(fd);
    const own = uid === process.geteuid?.() && nlink === 1 && mode === (constants.S_IFREG | OWNER_ONLY);
    if (own && size === FILE_BYTES) return fd;
  } catch {
    // There is none.
  }
  if (fd !== null) closeSync(fd);
  return null;
};

const createBlank = (path: string): number => {
  const part = `${path}.part`;
  rmSync(part, { force: true });
  const fd = openSync(part, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, OWNER_ONLY);
  try {
    writeSync(fd, new Uint8Array(blankMemory()));
    renameSync(part, path);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const blankMemory = (): ArrayBuffer => {
  const memory = new ArrayBuffer(FILE_BYTES);
  new Uint8Array(memory, 0, DATA_BYTES).fill(BLANK);
  new Float64Array(memory, DATA_BYTES, 1)[0] = Number.NaN;
  return memory;
};
