import { constants } from "node:fs";
import { access, type FileHandle, open } from "node:fs/promises";
import { errnoOf } from "./errno.ts";

/** Beginning of every ELF file, and where the type stands that says whether it is a program: e_type 2 or 3. */
const ELF_MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const ELF_TYPE_OFFSET = 16;
const ELF_PROGRAM_TYPES = [2, 3];

/** Words of UML's own --help, which no other program has. They lie in the kernel's init data, within the file. */
const MARKS = [Buffer.from("uml_dir="), Buffer.from("mconsole=notify:")];
/** Kernels are 5 to 80 MB (with debugging data); beyond this the search would take longer than it is worth. */
const SEARCH_MAXIMUM_BYTES = 256 * 1024 * 1024;
const SEARCH_CHUNK_BYTES = 1024 * 1024;

export type KernelFileVerdict = "uml" | "missing" | "not-executable" | "not-elf" | "not-uml";

/** What the file at `path` is, read without running it. */
export const inspectKernelFile = async (path: string): Promise<KernelFileVerdict> => {
  let handle: FileHandle;
  try {
    // Not blocking, so that a fifo does not hold this up.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return errnoOf(error) === "EACCES" ? "not-executable" : "missing";
  }
  try {
    if (!(await handle.stat()).isFile()) return "not-elf";
    if (!(await isProgram(handle))) return "not-elf";
    if (!(await mayExecute(path))) return "not-executable";
    return (await containsMarks(handle)) ? "uml" : "not-uml";
  } finally {
    await handle.close();
  }
};

const isProgram = async (handle: FileHandle): Promise<boolean> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
  if (bytesRead < 20 || !buffer.subarray(0, 4).equals(ELF_MAGIC)) return false;
  return ELF_PROGRAM_TYPES.includes(buffer.readUInt16LE(ELF_TYPE_OFFSET));
};

const mayExecute = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

const containsMarks = async (handle: FileHandle): Promise<boolean> => {
  const overlap = Math.max(...MARKS.map((mark) => mark.length)) - 1;
  const missing = new Set(MARKS);
  const chunk = Buffer.alloc(SEARCH_CHUNK_BYTES);
  for (let offset = 0; offset < SEARCH_MAXIMUM_BYTES; offset += SEARCH_CHUNK_BYTES - overlap) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
    for (const mark of missing) if (chunk.subarray(0, bytesRead).includes(mark)) missing.delete(mark);
    if (missing.size === 0) return true;
    if (bytesRead < chunk.length) return false;
  }
  return false;
};
