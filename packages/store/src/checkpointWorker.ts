import { parentPort, workerData } from "node:worker_threads";
import Sqlite from "better-sqlite3";

/* The thread of `Checkpointer`. A checkpoint that somebody keeps from going on is gone on with at the next one. */

const database = new Sqlite(String(workerData), { fileMustExist: true, timeout: 0 });

parentPort?.on("message", () => {
  parentPort?.postMessage(checkpoint());
});

/** Whether all was taken over. PASSIVE waits for nobody, and keeps nobody waiting. */
const checkpoint = (): boolean => {
  try {
    const [result] = database.pragma("wal_checkpoint(PASSIVE)") as {
      busy: number;
      log: number;
      checkpointed: number;
    }[];
    return result !== undefined && result.busy === 0 && result.log === result.checkpointed;
  } catch {
    return false;
  }
};
