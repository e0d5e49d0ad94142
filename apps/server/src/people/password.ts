import { hash, verify } from "@node-rs/argon2";

/** OWASP's first choice for argon2id: 19 MiB, two passes, one thread. About 30 ms. */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** What is hashed: one keyboard's é is one character, another's two. */
const normal = (password: string): string => password.normalize("NFC");

export const hashPassword = (password: string): Promise<string> => hash(normal(password), ARGON2ID);

let nobodys: Promise<string> | undefined;

/**
 * Whether this is the password of that hash. For nobody (null) it takes as long as for somebody, so that the time tells
 * no stranger who has an account.
 */
export const passwordMatches = async (stored: string | null, password: string): Promise<boolean> => {
  nobodys ??= hashPassword("nobody's");
  const matches = await verify(stored ?? (await nobodys), normal(password));
  return stored !== null && matches;
};
