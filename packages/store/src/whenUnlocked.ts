import { setTimeout as sleep } from "node:timers/promises";
import { storeFailureOf } from "./storeFailure.ts";

/**
 * How long a request waits for another process to let go of the database: a backup or a look with sqlite3 takes less, and a
 * person who waits for an answer waits so long.
 */
const PATIENCE_MS = 2_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/**
 * Runs `work`, and as long as another process holds the database runs it again after a while, in which everything else goes
 * on: statements themselves give up at once, since SQLite would wait in the thread that consoles pass through. `work` must
 * be synchronous and have done nothing else when a statement fails. Rejects as the last try did.
 */
export const whenUnlocked = async <T>(work: () => T, patienceMs = PATIENCE_MS): Promise<T> => {
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return work();
    } catch (error) {
      if (storeFailureOf(error) !== "locked" || performance.now() >= deadline) throw error;
    }
    await sleep(pauseMs);
  }
};
