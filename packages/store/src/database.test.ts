import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { WAL_MAXIMUM_BYTES } from "./checkpointer.ts";
import { lockHolders } from "./lockHolders.ts";
import { openStore } from "./store.ts";
import { storeFailureOf } from "./storeFailure.ts";
import { temporaryHome } from "./testing/temporaryStore.ts";
import { whenUnlocked } from "./whenUnlocked.ts";

/** Reached by a failure only. */
const PATIENCE = { timeout: 60_000, interval: 10 };

const opened = () => {
  const home = temporaryHome();
  const store = openStore(home);
  onTestFinished(() => store.close());
  return { store, file: join(home, "corral.db") };
};

const hold = async (file: string): Promise<ChildProcess> => {
  const program = fileURLToPath(new URL("./testing/holdDatabase.ts", import.meta.url));
  const holder = spawn(process.execPath, ["--import", "tsx", program, file], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    holder.kill("SIGKILL");
  });
  await once(holder.stdout as NodeJS.ReadableStream, "data");
  return holder;
};

const failure = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return storeFailureOf(error);
  }
  return "none";
};

test("a statement gives up at once while another process holds the database, which is named; reads go on", async () => {
  const { store, file } = opened();
  const started = { type: "server.started", message: "x" } as const;
  store.events.append(started);
  expect(store.lockHolders()).toEqual([]);
  const holder = await hold(file);
  expect(failure(() => store.events.append(started))).toBe("locked");
  expect(store.lockHolders()).toEqual([expect.stringMatching(new RegExp(`^\\S+ \\(process ${holder.pid}\\)$`))]);
  expect(lockHolders("/nowhere/corral.db")).toEqual([]);
  expect(store.events.newest()).toBe(1);
  await expect(store.writable()).rejects.toSatisfy((error) => storeFailureOf(error) === "locked");
});

test("what is tried again until the other process lets go is done once, and the thread is free meanwhile", async () => {
  const { store, file } = opened();
  const holder = await hold(file);
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
    if (turns === 20) holder.kill("SIGKILL");
  }, 5);
  const { event } = await whenUnlocked(
    () => store.events.append({ type: "server.started", message: "x" }),
    PATIENCE.timeout,
  );
  clearInterval(turning);
  expect(turns).toBeGreaterThanOrEqual(20);
  expect(store.events.list({ limit: 10 })).toEqual([event]);
});

test("any other failure is not tried again", async () => {
  let tries = 0;
  const defect = () => {
    tries += 1;
    throw new Error("a defect");
  };
  await expect(whenUnlocked(defect)).rejects.toThrow("a defect");
  expect(tries).toBe(1);
});

test("what was written is taken over into the database by another thread, and the file beside it stays small", async () => {
  const { store, file } = opened();
  const message = "x".repeat(64 * 1024);
  const write = (bytes: number) => {
    for (let written = 0; written < bytes; written += message.length) {
      store.events.append({ type: "server.started", message });
    }
  };
  const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  // Nothing is taken over within a write, however large the file becomes.
  write(4 * WAL_MAXIMUM_BYTES);
  expect(size(file)).toBeLessThan(WAL_MAXIMUM_BYTES);
  expect(size(`${file}-wal`)).toBeGreaterThan(4 * WAL_MAXIMUM_BYTES);
  await vi.waitFor(() => expect(size(file)).toBeGreaterThan(4 * WAL_MAXIMUM_BYTES), PATIENCE);
  // The next write after all was taken over begins the file anew.
  await vi.waitFor(
    () => {
      write(1);
      expect(size(`${file}-wal`)).toBeLessThanOrEqual(WAL_MAXIMUM_BYTES);
    },
    { ...PATIENCE, interval: 200 },
  );
});

test("what was answered as stored is on the disk, for all who ask at the same time", async () => {
  const { store, file } = opened();
  store.events.append({ type: "server.started", message: "x" });
  await Promise.all(Array.from({ length: 50 }, () => store.durable()));
  const copy = new Sqlite(file, { readonly: true });
  onTestFinished(() => {
    copy.close();
  });
  expect(copy.prepare("SELECT count(*) n FROM events").get()).toEqual({ n: 1 });
});
