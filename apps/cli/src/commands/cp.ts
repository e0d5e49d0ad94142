import { randomBytes } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { type Client, FILE_PIECE_MAXIMUM_BYTES } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

export const cp = defineCommand({
  name: "cp",
  arguments: ["<from>", "<to>"],
  options: {},
  summary: "Copy a file into a guest or out of it",
  details:
    "One of the two is in a guest: corral cp notes.txt web1:/root/, corral cp web1:/etc/passwd . A file that is there is " +
    "replaced once the new one is whole.",
  run: async ({ args, connect, output }) => {
    const [from, to] = [placeOf(args.from), placeOf(args.to)];
    if ((from.guest === null) === (to.guest === null)) {
      throw new CommandError(
        EXIT.usage,
        "One of the two, and only one, is in a guest: <guest>:/path. See: corral cp --help",
      );
    }
    const { client } = connect();
    const copied =
      to.guest === null
        ? await copyOut(client, from.guest as string, from.path, to.path)
        : await copyIn(client, from.path, to.guest, to.path);
    output.result(copied, ({ path, bytes }) => `${path}: ${bytes} bytes.`);
    return undefined;
  },
});

interface Copied {
  readonly path: string;
  readonly bytes: number;
}

const placeOf = (text: string): { readonly guest: string | null; readonly path: string } => {
  const [, guest, path] = /^([a-z0-9][a-z0-9-]*):(\/.*)$/.exec(text) ?? [];
  return guest === undefined || path === undefined ? { guest: null, path: text } : { guest, path };
};

const copyIn = async (client: Client, from: string, guest: string, to: string): Promise<Copied> => {
  const path = to.endsWith("/") ? to + basename(from) : to;
  const file = await open(from).catch((error: Error) => {
    throw new CommandError(EXIT.failure, `${from} cannot be read: ${error.message}`);
  });
  try {
    const { size, mode } = await file.stat();
    const upload = randomBytes(8).toString("hex");
    const piece = { path, upload, mode: (mode & 0o777).toString(8).padStart(3, "0") };
    const buffer = Buffer.alloc(FILE_PIECE_MAXIMUM_BYTES);
    let offset = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      const last = offset + bytesRead >= size || bytesRead === 0;
      const content = buffer.toString("base64", 0, bytesRead);
      await client.writeGuestFile({ params: { id: guest }, body: { ...piece, offset, content, last } });
      offset += bytesRead;
      if (last) return { path: `${guest}:${path}`, bytes: offset };
    }
  } finally {
    await file.close();
  }
};

const copyOut = async (client: Client, guest: string, from: string, to: string): Promise<Copied> => {
  const isFolder = await stat(to).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  const path = isFolder ? `${to}/${basename(from)}` : to;
  // The first piece before the file is touched: there may be no such file in the guest.
  let piece = await pieceOf(client, guest, from, 0);
  const file = await open(path, "w").catch((error: Error) => {
    throw new CommandError(EXIT.failure, `${path} cannot be written: ${error.message}`);
  });
  try {
    let offset = 0;
    for (;;) {
      await file.write(piece.bytes);
      offset += piece.bytes.length;
      if (piece.bytes.length === 0 || offset >= piece.size) return { path, bytes: offset };
      piece = await pieceOf(client, guest, from, offset);
    }
  } finally {
    await file.close();
  }
};

const pieceOf = async (client: Client, guest: string, path: string, offset: number) => {
  const response = await client.readGuestFile({ params: { id: guest }, query: { path, offset } });
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    size: Number(response.headers.get("x-corral-size") ?? 0),
  };
};
