import { CorralError } from "@corral/contracts";
import { and, desc, eq } from "drizzle-orm";
import { guarded } from "./constraints.ts";
import type { Database } from "./database.ts";
import { newId } from "./newId.ts";
import { sshKeys } from "./schema.ts";

export type SshKeyRow = typeof sshKeys.$inferSelect;

export class SshKeys {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Throws `name_taken` when this user has the key already. */
  insert(key: Pick<SshKeyRow, "userId" | "label" | "type" | "blob" | "fingerprint">): SshKeyRow {
    const row = { id: newId(), createdAt: new Date().toISOString(), lastUsedAt: null, ...key };
    guarded(() => this.#db.insert(sshKeys).values(row).run(), {
      unique: () => new CorralError("name_taken", `You have the key ${key.fingerprint} already.`),
    });
    return row;
  }

  /** This user's key with this blob (base64), which says nothing yet about who holds its private half. */
  find(userId: string, type: string, blob: string): SshKeyRow | null {
    const same = and(eq(sshKeys.userId, userId), eq(sshKeys.type, type), eq(sshKeys.blob, blob));
    return this.#db.select().from(sshKeys).where(same).get() ?? null;
  }

  /** Newest first. */
  listOf(userId: string): SshKeyRow[] {
    return this.#db.select().from(sshKeys).where(eq(sshKeys.userId, userId)).orderBy(desc(sshKeys.createdAt)).all();
  }

  touch(id: string, lastUsedAt: string): void {
    this.#db.update(sshKeys).set({ lastUsedAt }).where(eq(sshKeys.id, id)).run();
  }

  /** The key that was deleted; null: this user had no such key. */
  delete(id: string, userId: string): SshKeyRow | null {
    const own = and(eq(sshKeys.id, id), eq(sshKeys.userId, userId));
    return this.#db.delete(sshKeys).where(own).returning().get() ?? null;
  }
}
