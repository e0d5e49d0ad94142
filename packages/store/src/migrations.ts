import { fileURLToPath } from "node:url";
import { CorralError } from "@corral/contracts";
import type Sqlite from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { readMigrationFiles } from "drizzle-orm/migrator";

/** The same place seen from src/ and from dist/. */
const migrationsFolder = fileURLToPath(new URL("../drizzle", import.meta.url));

/** The table in which drizzle notes what it has run. */
const MIGRATIONS_TABLE = "__drizzle_migrations";

/** Runs the migrations that this database has not seen yet, all or none of them. */
export const migrateDatabase = (sqlite: Sqlite.Database, db: BetterSQLite3Database): void => {
  const newestKnown = Math.max(...readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis));
  if (newestApplied(sqlite) > newestKnown) {
    throw new CorralError(
      "host_unfit",
      `The database ${sqlite.name} was written by a newer version of Corral than this one, which would damage it. ` +
        "Start the newer version, or restore a backup that was made before the upgrade.",
    );
  }
  migrate(db, { migrationsFolder, migrationsTable: MIGRATIONS_TABLE });

  const broken = sqlite.pragma("foreign_key_check") as unknown[];
  if (broken.length > 0) throw new Error(`${sqlite.name}: ${broken.length} rows link to rows that do not exist`);
};

const newestApplied = (sqlite: Sqlite.Database): number => {
  const table = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(MIGRATIONS_TABLE);
  if (table === undefined) return 0;
  const row = sqlite.prepare<[], { newest: number | null }>(`SELECT max(created_at) newest FROM ${MIGRATIONS_TABLE}`);
  return row.get()?.newest ?? 0;
};
