import Sqlite from "better-sqlite3";

/** Which rule of the tables refused a statement; null for any other failure. */
export const brokenConstraint = (error: unknown): "unique" | "link" | null => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof Sqlite.SqliteError)) continue;
    if (cause.code === "SQLITE_CONSTRAINT_UNIQUE" || cause.code === "SQLITE_CONSTRAINT_PRIMARYKEY") return "unique";
    // RESTRICT is enforced by a trigger of SQLite's own.
    if (cause.code === "SQLITE_CONSTRAINT_FOREIGNKEY" || cause.code === "SQLITE_CONSTRAINT_TRIGGER") return "link";
  }
  return null;
};

/** Runs `write`; a broken rule becomes the error that `refusals` makes for it. */
export const guarded = <T>(write: () => T, refusals: Partial<Record<"unique" | "link", () => Error>>): T => {
  try {
    return write();
  } catch (error) {
    const broken = brokenConstraint(error);
    throw (broken !== null && refusals[broken]?.()) || error;
  }
};
