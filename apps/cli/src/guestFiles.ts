import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { type Client, FILE_PIECE_MAXIMUM_BYTES } from "@corral/contracts";
import { CommandError, EXIT } from "./exitCodes.ts";

export interface Place {
  readonly guest: string;
  readonly path: string;
}

/** What is copied into a guest. */
export interface Source {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** In octal, as the API takes it. */
  readonly mode: string;
}

/** Where what comes out of a guest goes; resolves when there is room for more. */
export interface Target {
  write(bytes: Uint8Array): Promise<void>;
}

/** A file of this host, to be copied. Throws a CommandError where it cannot be read. */
export const bytesOf = async (path: string): Promise<Source> => {
  const problem = (error: Error): never => {
    throw new CommandError(EXIT.failure, `${path} cannot be read: ${error.message}`);
  };
  const file = await open(path).catch(problem);
  const facts = await file.stat();
  if (facts.isDirectory()) {
    await file.close();
    throw new CommandError(
      EXIT.usage,
      `${path} is a folder. Pack it on the way: tar c ${path} | corral exec <guest> -- tar x -C /path`,
    );
  }
  return { bytes: file.createReadStream(), mode: (facts.mode & 0o777).toString(8).padStart(3, "0") };
};

/** The file takes its place in the guest when it is whole. Throws CorralError. */
export const copyIn = async (
  client: Client,
  { bytes, mode }: Source,
  { guest, path }: Place,
): Promise<{ readonly path: string; readonly bytes: number }> => {
  const upload = randomBytes(8).toString("hex");
  let offset = 0;
  const send = async (piece: Buffer, last: boolean) => {
    const body = { path, upload, mode, offset, content: piece.toString("base64"), last };
    await client.writeGuestFile({ params: { id: guest }, body });
    offset += piece.length;
  };
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    waiting = Buffer.concat([waiting, chunk]);
    // One byte at least is held back: only the end says which piece is the last.
    while (waiting.length > FILE_PIECE_MAXIMUM_BYTES) {
      await send(waiting.subarray(0, FILE_PIECE_MAXIMUM_BYTES), false);
      waiting = waiting.subarray(FILE_PIECE_MAXIMUM_BYTES);
    }
  }
  await send(waiting, true);
  return { path: `${guest}:${path}`, bytes: offset };
};

/** As much of a file of the guest as it has when this begins; how much that was. Throws CorralError. */
export const copyOut = async (client: Client, { guest, path }: Place, target: Target): Promise<number> => {
  let size: number | null = null;
  for (let offset = 0; size === null || offset < size; ) {
    const limit = Math.min(FILE_PIECE_MAXIMUM_BYTES, size === null ? FILE_PIECE_MAXIMUM_BYTES : size - offset);
    const response = await client.readGuestFile({ params: { id: guest }, query: { path, offset, limit } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    size ??= Number(response.headers.get("x-corral-size") ?? 0);
    if (bytes.length === 0 && offset < size) {
      throw new CommandError(EXIT.failure, `${path} became shorter while it was copied. Copy it again.`);
    }
    await target.write(bytes);
    offset += bytes.length;
  }
  return size;
};
