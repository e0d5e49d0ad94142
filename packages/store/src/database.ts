import { chmodSync, closeSync, openSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { type BetterSQLite3Database, drizzle } from "drizzle-orm/better-sqlite3";
import { Checkpointer, WAL_MAXIMUM_BYTES } from "./checkpointer.ts";
import { migrateDatabase } from "./migrations.ts";
import { ifWritable } from "./storeFailure.ts";
import { WalSync } from "./walSync.ts";

export type Database = BetterSQLite3Database;

/** How long the start waits for another process, such as a backup tool, to let go of the database. Nothing stands still then. */
const START_BUSY_TIMEOUT_MS = 5_000;

export interface OpenedDatabase {
  readonly sqlite: Sqlite.Database;
  readonly db: Database;
  readonly walSync: WalSync;
  close(): void;
}

/**
 * Opens the database file, makes it if it is missing, and brings it to this version's tables. From then on no statement
 * waits, neither for a lock (see whenUnlocked) nor for the disk (see WalSync and Checkpointer): the thread that they run in
 * is the one that consoles pass through. Throws a CorralError `host_unfit` when a newer Corral has written it.
 */
export const openDatabase = (file: string): OpenedDatabase => {
  // SQLite gives its -wal and -shm files the mode of the database itself.
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);

  const sqlite = new Sqlite(file, { timeout: START_BUSY_TIMEOUT_MS });
  try {
    sqlite.pragma("journal_mode = WAL");
    sqlite.pragma("synchronous = NORMAL");
    const db = drizzle(sqlite);
    // Off while tables are rebuilt, as SQLite wants it; migrateDatabase checks every link afterwards.
    sqlite.pragma("foreign_keys = OFF");
    migrateDatabase(sqlite, db);
    sqlite.pragma("foreign_keys = ON");
    sqlite.pragma("busy_timeout = 0");
    sqlite.pragma("wal_autocheckpoint = 0");
    sqlite.pragma(`journal_size_limit = ${WAL_MAXIMUM_BYTES}`);
    return { sqlite, db, ...besideDatabase(file, sqlite) };
  } catch (error) {
    sqlite.close();
    throw error;
  }
};

const besideDatabase = (file: string, sqlite: Sqlite.Database): Pick<OpenedDatabase, "walSync" | "close"> => {
  const walSync = new WalSync(file);
  const checkpointer = new Checkpointer({
    file,
    walBytes: () => walSync.bytes,
    finish: () => ifWritable(() => void sqlite.pragma("wal_checkpoint(PASSIVE)")),
    onFailed: () => {
      if (sqlite.open) sqlite.pragma("wal_autocheckpoint = 1000");
    },
  });
  return {
    walSync,
    close: () => {
      if (!sqlite.open) return;
      void checkpointer.close();
      void walSync.close();
      sqlite.close();
    },
  };
};
