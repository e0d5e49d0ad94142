/**
 * Why nothing could be written or read, where that is no defect of Corral's: another process holds the database, the disk
 * is full, the disk is read-only or failing, or what is in the file is no database any more.
 */
export type StoreFailure = "locked" | "full" | "unwritable" | "damaged";

/** By SQLite's result codes (sqlite.org/rescode.html), whose extended ones begin with these, and by errno. */
const KINDS: readonly (readonly [RegExp, StoreFailure])[] = [
  [/^SQLITE_(BUSY|LOCKED|PROTOCOL)/, "locked"],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)$/, "full"],
  [/^(SQLITE_(READONLY|IOERR|CANTOPEN)|EROFS$|EIO$|ESHUTDOWN$|ENODEV$)/, "unwritable"],
  [/^SQLITE_(CORRUPT|NOTADB)/, "damaged"],
];

/** Null: it is something else. */
export const storeFailureOf = (error: unknown): StoreFailure | null => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    const known = typeof code === "string" ? KINDS.find(([pattern]) => pattern.test(code)) : undefined;
    if (known !== undefined) return known[1];
  }
  return null;
};

/** Does without a write that is only for the record where nothing can be written at the moment. */
export const ifWritable = (write: () => void): void => {
  try {
    write();
  } catch (error) {
    if (storeFailureOf(error) === null) throw error;
  }
};
