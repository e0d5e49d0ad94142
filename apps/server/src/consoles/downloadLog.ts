import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { LogFormat } from "@corral/contracts";
import type { OpenLog } from "@corral/supervisor";
import type { FastifyReply, FastifyRequest } from "fastify";
import { byteRange } from "./byteRange.ts";

/** Bytes that are read ahead of a slow client. */
const AHEAD_BYTES = 128 * 1024;

const FORMATS = {
  raw: { type: "application/octet-stream", extension: "log" },
  text: { type: "text/plain; charset=utf-8", extension: "txt" },
  asciicast: { type: "application/x-asciicast", extension: "cast" },
} as const satisfies Record<LogFormat, { type: string; extension: string }>;

interface Download {
  readonly log: OpenLog;
  readonly format: LogFormat;
  /** Of the file, without its extension. */
  readonly name: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A log as a file, read as fast as it is taken. Throws offset_beyond_end for a range that it does not have. */
export const downloadLog = ({ log, format, name, request, reply }: Download): Readable => {
  const { type, extension } = FORMATS[format];
  reply.type(type).headers({
    "cache-control": "no-store",
    "content-disposition": `attachment; filename="${name}.${extension}"`,
  });
  if (format === "text") return streamOf(log.text());
  if (format === "asciicast") return streamOf(log.asciicast(name));

  const length = log.rawLength;
  const tag = tagOf(log);
  reply.headers({ etag: tag, "accept-ranges": "bytes" });
  const { range: wanted, "if-range": ifRange } = request.headers;
  const isSame = ifRange === undefined || ifRange === tag;
  let part: ReturnType<typeof byteRange>;
  try {
    part = isSame ? byteRange(wanted, length) : null;
  } catch (error) {
    for (const header of ["content-disposition", "content-type", "etag"]) reply.removeHeader(header);
    reply.header("content-range", `bytes */${length}`);
    throw error;
  }
  if (part === null) {
    reply.header("content-length", length);
    return streamOf(log.raw());
  }
  const { first, length: partLength } = part;
  reply.code(206).headers({
    "content-length": partLength,
    "content-range": `bytes ${first}-${first + partLength - 1}/${length}`,
  });
  return streamOf(log.raw(first, partLength));
};

/** The same for the same bytes: the log is only ever added to, and what is deleted changes the stretches. */
const tagOf = ({ stretches }: OpenLog): string => {
  const text = stretches.map(({ from, to }) => `${from}-${to}`).join();
  return `"${createHash("sha256").update(text).digest("hex").slice(0, 32)}"`;
};

const streamOf = (pieces: Iterable<Uint8Array | string>): Readable =>
  Readable.from(pieces, { objectMode: false, highWaterMark: AHEAD_BYTES });
