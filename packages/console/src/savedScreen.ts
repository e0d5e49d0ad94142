import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A screen as it was when all bytes before `offset` had been printed. */
export interface Snapshot {
  readonly offset: number;
  readonly cols: number;
  readonly rows: number;
  /** Text that draws it when written to an empty terminal of that size. */
  readonly screen: string;
}

/** `renewedAt` of the log when it was made; null where an older version made it, to which a boot was no new terminal. */
export type SavedScreen = Snapshot & { readonly renewedAt: number | null };

const fileIn = (folder: string): string => join(folder, "screen.json");

/** The newest saved screen; null when there is none that can be used. */
export const loadScreen = (folder: string): SavedScreen | null => {
  try {
    const { offset, cols, rows, screen, renewedAt = null } = JSON.parse(readFileSync(fileIn(folder), "utf8"));
    const sound = [offset, cols, rows].every((value) => Number.isSafeInteger(value)) && typeof screen === "string";
    return sound ? { offset, cols, rows, screen, renewedAt: Number.isSafeInteger(renewedAt) ? renewedAt : null } : null;
  } catch {
    return null;
  }
};

/** Replaces the saved screen, wholly or not at all. Without it a screen is replayed from further back: no error. */
export const saveScreen = (folder: string, snapshot: SavedScreen): void => {
  const part = `${fileIn(folder)}.part`;
  try {
    writeFileSync(part, JSON.stringify(snapshot), { mode: 0o600 });
    renameSync(part, fileIn(folder));
  } catch {
    rmSync(part, { force: true });
  }
};
