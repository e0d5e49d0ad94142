import { CorralError, type FilePiece } from "@corral/contracts";
import { type RunCommand, runShell } from "./runShell.ts";

/** A piece takes a second or two on an idle guest. */
const TIMEOUT_MS = 60_000;
/** Bytes read at once; a piece begins at any offset, so the block before it is read along. */
const BLOCK_BYTES = 65_536;

const READ = `[ -f "$1" ] || { echo "there is no file $1" >&2; exit 1; }
wc -c <"$1" || exit 1
dd if="$1" bs=${BLOCK_BYTES} skip="$2" count="$3" iflag=fullblock 2>/dev/null`;

export interface ReadPiece {
  readonly bytes: Buffer;
  /** How long the whole file was then. */
  readonly size: number;
}

/** Part of a file of the guest. Rejects with not_found, offset_beyond_end, guest_silent. */
export const readFilePiece = async (
  run: RunCommand,
  path: string,
  offset: number,
  limit: number,
): Promise<ReadPiece> => {
  const skip = Math.floor(offset / BLOCK_BYTES);
  const count = Math.ceil((offset + limit) / BLOCK_BYTES) - skip;
  const output = await runShell(run, READ, { timeoutMs: TIMEOUT_MS, words: [path, String(skip), String(count)] }).catch(
    (error: unknown) => {
      throw error instanceof CorralError && error.code === "impossible"
        ? new CorralError("not_found", error.message)
        : error;
    },
  );
  const end = output.indexOf(10);
  const size = Number(output.toString("latin1", 0, Math.max(end, 0)).trim());
  if (end < 0 || !Number.isSafeInteger(size))
    throw new CorralError("guest_silent", "The guest answered nothing sensible.");
  if (offset > size) throw new CorralError("offset_beyond_end", `${path} has ${size} bytes.`);
  const from = end + 1 + (offset - skip * BLOCK_BYTES);
  const bytes = output.subarray(from, from + Math.min(limit, size - offset));
  if (bytes.length < Math.min(limit, size - offset)) {
    throw new CorralError("guest_silent", `${path} became shorter while it was read. Copy it again.`);
  }
  return { bytes, size };
};

/* Beside its place, so that the last step is one rename: whoever reads the file sees the old one or the new one. */
const WRITE = `part=$1.corral-$2
if [ "$3" = 0 ]; then
	[ -d "$1" ] && { echo "$1 is a folder; name the file in it" >&2; exit 1; }
	rm -f "$part"
	umask 077
	: >"$part" || exit 1
fi
[ "$(wc -c <"$part")" -eq "$3" ] || { echo "a piece of this upload is missing; copy the file again" >&2; exit 1; }
cat >>"$part" || { rm -f "$part"; exit 1; }
[ "$(wc -c <"$part")" -eq "$6" ] || { echo "a part of this piece is missing; copy the file again" >&2; exit 1; }
[ "$4" = last ] || exit 0
chmod "$5" "$part" && mv "$part" "$1"`;

/** Rejects with impossible, which says what the guest said. */
export const writeFilePiece = async (run: RunCommand, piece: FilePiece): Promise<void> => {
  const { path, upload, offset, last, mode } = piece;
  const input = Buffer.from(piece.content, "base64");
  await runShell(run, WRITE, {
    timeoutMs: TIMEOUT_MS,
    words: [path, upload, String(offset), last ? "last" : "more", mode, String(offset + input.length)],
    input,
  });
};

/** What an upload has left beside its place, if anything. */
export const removePart = async (run: RunCommand, path: string, upload: string): Promise<void> => {
  await runShell(run, 'rm -f "$1.corral-$2"', { timeoutMs: TIMEOUT_MS, words: [path, upload] });
};
