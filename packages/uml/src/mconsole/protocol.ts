/*
 * The datagrams of mconsole, version 2: docs/uml.md, "mconsole protocol" (arch/um/drivers/mconsole.h). Integers are in
 * the host's byte order, which is little-endian on every host that UML runs on.
 */

const MAGIC = 0xcafebabe;
const VERSION = 2;
const DATA_MAXIMUM_BYTES = 512;
const REQUEST_HEADER_BYTES = 12;
const REPLY_HEADER_BYTES = 12;
const NOTIFICATION_HEADER_BYTES = 16;

/** The kernel puts a NUL behind the command, so one byte of the data is its own. */
export const COMMAND_MAXIMUM_BYTES = DATA_MAXIMUM_BYTES - 1;

/** @param command At most COMMAND_MAXIMUM_BYTES in UTF-8. */
export const encodeRequest = (command: string): Buffer => {
  const length = Buffer.byteLength(command);
  const request = Buffer.allocUnsafe(REQUEST_HEADER_BYTES + length);
  request.writeUInt32LE(MAGIC, 0);
  request.writeUInt32LE(VERSION, 4);
  request.writeUInt32LE(length, 8);
  request.write(command, REQUEST_HEADER_BYTES);
  return request;
};

export interface ReplyPart {
  /** 0, 1 or a negative errno. Set in the first part of a reply only. */
  readonly err: number;
  /** Whether another part follows. */
  readonly more: boolean;
  readonly data: Buffer;
}

/** One datagram of a reply, or null where it is none. */
export const decodeReply = (datagram: Buffer): ReplyPart | null => {
  if (datagram.length < REPLY_HEADER_BYTES) return null;
  const length = datagram.readUInt32LE(8);
  if (length > DATA_MAXIMUM_BYTES || REPLY_HEADER_BYTES + length > datagram.length) return null;
  return {
    err: datagram.readInt32LE(0),
    more: datagram.readUInt32LE(4) !== 0,
    data: withoutNuls(datagram.subarray(REPLY_HEADER_BYTES, REPLY_HEADER_BYTES + length)),
  };
};

/** What a kernel (or anything else that can reach the socket) says of itself. */
export type Notification =
  /** mconsole is ready: early in every boot. path is what the kernel says its socket is called. */
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "panic"; readonly message: string }
  /** The watchdog: userland was silent for 60 seconds. */
  | { readonly kind: "hang" }
  /** One write to the guest's /proc/mconsole, cut to 512 bytes. */
  | { readonly kind: "user"; readonly text: string };

/** One notification, or null where it is none. */
export const decodeNotification = (datagram: Buffer): Notification | null => {
  if (datagram.length < NOTIFICATION_HEADER_BYTES || datagram.readUInt32LE(0) !== MAGIC) return null;
  // uml_watchdog declares the magic as a long, so all that follows lies four bytes further on: 0 stands for version 2.
  const shift = datagram.readUInt32LE(4) === 0 ? 4 : 0;
  const start = NOTIFICATION_HEADER_BYTES + shift;
  if (datagram.length < start || datagram.readUInt32LE(4 + shift) !== VERSION) return null;
  const length = datagram.readUInt32LE(12 + shift);
  if (length > DATA_MAXIMUM_BYTES || start + length > datagram.length) return null;
  const text = withoutNuls(datagram.subarray(start, start + length)).toString();
  switch (datagram.readUInt32LE(8 + shift)) {
    case 0:
      return { kind: "socket", path: text };
    case 1:
      return { kind: "panic", message: text };
    case 2:
      return { kind: "hang" };
    case 3:
      return { kind: "user", text };
    default:
      return null;
  }
};

const withoutNuls = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
};
