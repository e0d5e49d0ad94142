import { chmodSync, closeSync, openSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { migrateDatabase } from "./migrations.ts";

export type Database = BetterSQLite3Database;

/** How long a statement waits for another process, such as a backup tool, to let go of the database. */
const BUSY_TIMEOUT_MS = 5_000;

export interface OpenedDatabase {
  readonly sqlite: Sqlite.Database;
  readonly db: Database;
}

/**
 * Opens the database file, makes it if it is missing, and brings it to this version's tables.
 * Throws a CorralError `host_unfit` when a newer Corral has written it.
 */
export const openDatabase = (file: string): OpenedDatabase => {
  // SQLite gives its -wal and -shm files the mode of the database itself.
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);

  const sqlite = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.pragma("journal_mode = WAL");
    // A definition or an event that was answered with success survives a power cut. WAL's usual NORMAL would lose the
    // last ones. Writes here are rare, so that one fsync for each is no cost that anyone sees.
    sqlite.pragma("synchronous = FULL");
    const db = drizzle(sqlite);
    // Off while tables are rebuilt, as SQLite wants it; migrateDatabase checks every link afterwards.
    sqlite.pragma("foreign_keys = OFF");
    migrateDatabase(sqlite, db);
    sqlite.pragma("foreign_keys = ON");
    return { sqlite, db };
  } catch (error) {
    sqlite.close();
    throw error;
  }
};
