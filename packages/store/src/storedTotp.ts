import { z } from "zod";

/** An authenticator that was set up, or is being. */
export const storedTotp = z.object({
  /** Base32. It has to be known to check a code: who reads the database has it, as they have the guests' disks. */
  secret: z.string(),
  confirmed: z.boolean(),
  /** The last half minute whose code was taken: none is taken twice. */
  lastStep: z.int(),
  /** SHA-256 of the recovery codes that are left. */
  recovery: z.array(z.string()),
});
export type StoredTotp = z.infer<typeof storedTotp>;
