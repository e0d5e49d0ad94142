import { readFileSync, statSync } from "node:fs";

/** Bytes of the file's own lock, and of the -shm file's, by which writers of a database in WAL mode keep each other out. */
const FILE_LOCK = [0x40000000, 0x40000000 + 511] as const;
const WAL_LOCKS = [120, 127] as const;

/**
 * The other processes that hold this database against writers, such as `sqlite3 (process 1234)`. Empty where it cannot be
 * told: the lock is gone by now, or its holder is in a container whose processes are not seen from here.
 * Source: proc_locks(5); "WAL-Index Locking" in sqlite.org/walformat.html.
 */
export const lockHolders = (file: string): string[] => {
  const watched = [
    { inode: inodeOf(file), range: FILE_LOCK },
    { inode: inodeOf(`${file}-shm`), range: WAL_LOCKS },
  ];
  const pids = new Set<number>();
  for (const line of read("/proc/locks").split("\n")) {
    // 1: POSIX  ADVISORY  WRITE 1234 fd:00:5678 120 120
    const [, , , mode, pid, place, from, to] = line.trim().split(/\s+/);
    const inode = place?.split(":")[2];
    const isOurs = watched.some(
      (each) => each.inode === inode && Number(from) <= each.range[1] && (to === "EOF" || Number(to) >= each.range[0]),
    );
    if (mode === "WRITE" && isOurs && Number(pid) > 0 && Number(pid) !== process.pid) pids.add(Number(pid));
  }
  return [...pids].map((pid) => `${read(`/proc/${pid}/comm`).trim() || "a program"} (process ${pid})`);
};

const inodeOf = (file: string): string | null => {
  const facts = statSync(file, { bigint: true, throwIfNoEntry: false });
  return facts === undefined ? null : String(facts.ino);
};

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
