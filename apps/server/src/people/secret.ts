import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits: guessing one is out of reach at any rate of requests. */
const SECRET_BYTES = 32;

/** A new secret of 43 characters that need no quoting anywhere. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");

/** What is stored of a secret. One round is enough: unlike a password, nobody can guess what was hashed. */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

/** Compares in a time that says nothing about where two hashes differ. */
export const sameHash = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
