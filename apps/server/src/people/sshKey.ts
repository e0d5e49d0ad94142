import { createHash } from "node:crypto";
import { impossible } from "@corral/contracts";

export interface PublicKey {
  readonly type: string;
  /** Base64. */
  readonly blob: string;
  /** As ssh-keygen -l prints it. */
  readonly fingerprint: string;
  readonly comment: string;
}

/** Below it a key can be broken with effort (NIST SP 800-131A). */
const RSA_MINIMUM_BITS = 2048;
/** What OpenSSH itself takes. */
const RSA_MAXIMUM_BITS = 16_384;
const ED25519_BYTES = 32;
/** An uncompressed point: a mark and two coordinates. */
const POINT_BYTES: Readonly<Record<string, number>> = { nistp256: 65, nistp384: 97, nistp521: 133 };

const KNOWN = "ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521 and ssh-rsa";

/** Reads one line of a .pub file. Throws `impossible` on the field `key`, saying what is wrong with it. */
export const parsePublicKey = (line: string): PublicKey => {
  if (line.includes("PRIVATE KEY")) throw wrong("this is a private key; give the file whose name ends in .pub");
  const [type = "", blob = "", ...comment] = line.trim().split(/\s+/);
  if (!/^[a-z0-9@.-]+$/.test(type) || blob === "") {
    throw wrong("must be one line of type, key and comment, such as in id_ed25519.pub, without options before it");
  }
  const bytes = Buffer.from(blob, "base64");
  if (bytes.toString("base64") !== blob) throw wrong("the part after the type is not base64: is it the whole line?");
  checkFields(type, fieldsOf(bytes));
  const fingerprint = `SHA256:${createHash("sha256").update(bytes).digest("base64").replace(/=+$/, "")}`;
  return { type, blob, fingerprint, comment: comment.join(" ") };
};

const wrong = (message: string) => impossible("key", message);

/** The strings that a key is made of: each four bytes of length and that many bytes (RFC 4253, section 6.6). */
const fieldsOf = (bytes: Buffer): Buffer[] => {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (at + 4 + length > bytes.length) throw wrong("the key is cut off: is it the whole line?");
    fields.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
};

const checkFields = (type: string, [inner = Buffer.alloc(0), ...rest]: readonly Buffer[]): void => {
  if (inner.toString("latin1") !== type) throw wrong("the type before the key is not the type inside it");
  const isWhole = (isRight: boolean, fields: number): void => {
    if (!isRight || rest.length !== fields) throw wrong(`this is not a whole ${type} key`);
  };
  const curve = /^ecdsa-sha2-(nistp\d+)$/.exec(type)?.[1] ?? "";
  if (type === "ssh-ed25519") {
    isWhole(rest[0]?.length === ED25519_BYTES, 1);
  } else if (curve in POINT_BYTES) {
    const [name, point] = rest;
    isWhole(name?.toString("latin1") === curve && point?.length === POINT_BYTES[curve] && point?.[0] === 4, 2);
  } else if (type === "ssh-rsa") {
    const [exponent, modulus] = rest;
    isWhole((exponent?.length ?? 0) > 0 && (modulus?.length ?? 0) > 0, 2);
    checkBits(bitsOf(modulus ?? Buffer.alloc(0)));
  } else {
    throw wrong(`keys of type ${type} are not taken; ${KNOWN} are`);
  }
};

const checkBits = (bits: number): void => {
  if (bits < RSA_MINIMUM_BITS || bits > RSA_MAXIMUM_BITS) {
    throw wrong(`an RSA key must have ${RSA_MINIMUM_BITS} to ${RSA_MAXIMUM_BITS} bits; this has ${bits}`);
  }
};

const bitsOf = (integer: Buffer): number => {
  const start = integer.findIndex((byte) => byte !== 0);
  return start < 0 ? 0 : (integer.length - start) * 8 - Math.clz32(integer[start] ?? 0) + 24;
};
