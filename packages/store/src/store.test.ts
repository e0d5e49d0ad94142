import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, onTestFinished, test } from "vitest";
import * as schema from "./schema.ts";
import { openStore } from "./store.ts";
import { temporaryHome, temporaryStore } from "./testing/temporaryStore.ts";

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

test("opens a folder again with everything in it, and its files are the owner's alone", () => {
  const home = temporaryHome();
  const first = openStore(home);
  const { event } = first.events.append({ type: "server.started", message: "hello" });
  expect(["corral.db", "corral.db-wal", "corral.db-shm"].map((file) => mode(join(home, file)))).toEqual([
    "600",
    "600",
    "600",
  ]);
  first.close();
  first.close();

  const again = openStore(home);
  onTestFinished(() => again.close());
  expect(again.events.list({ limit: 10 })).toEqual([event]);
  expect(again.works()).toBe(true);
});

test("refuses a database of a newer version and says what to do", () => {
  const home = temporaryHome();
  openStore(home).close();
  const database = new Sqlite(join(home, "corral.db"));
  database.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', ?)").run(Date.now() + 1e12);
  database.close();
  expect(() => openStore(home)).toThrow(/newer version.*restore a backup/);
});

test("the migrations make exactly the tables that the code describes", () => {
  const home = temporaryHome();
  openStore(home).close();
  const database = new Sqlite(join(home, "corral.db"), { readonly: true });
  onTestFinished(() => {
    database.close();
  });
  for (const table of Object.values(schema) as SQLiteTable[]) {
    const { name, columns } = getTableConfig(table);
    const real = database.pragma(`table_info(${name})`) as { name: string; type: string; notnull: 0 | 1 }[];
    expect(real.map((column) => [column.name, column.type.toLowerCase(), column.notnull === 1])).toEqual(
      columns.map((column) => [column.name, column.getSQLType(), column.notNull]),
    );
  }
});

test("a backup is a whole database, made while the store is in use", async () => {
  const store = temporaryStore();
  store.users.insert({ name: "alice", role: "admin", passwordHash: "x" });
  const other = temporaryHome();
  await store.backup(join(other, "corral.db"));
  expect(mode(join(other, "corral.db"))).toBe("600");
  const copy = openStore(other);
  onTestFinished(() => copy.close());
  expect(copy.users.find("alice")?.role).toBe("admin");
});

test("a transaction that fails leaves nothing behind", () => {
  const store = temporaryStore();
  expect(() =>
    store.transaction(() => {
      store.users.insert({ name: "alice", role: "admin", passwordHash: "x" });
      throw new Error("stop");
    }),
  ).toThrow("stop");
  expect(store.users.list()).toEqual([]);
});

test("events are numbered without gaps and filtered by subject and owner", () => {
  const { events } = temporaryStore();
  events.append({ type: "guest.created", subject: "g1", ownerId: "alice", message: "one" });
  events.append({ type: "guest.created", subject: "g2", ownerId: "bob", message: "two", data: { name: "web" } });
  events.append({ type: "server.started", message: "three" });
  const messages = (list: { message: string }[]) => list.map(({ message }) => message);
  expect(messages(events.list({ limit: 10 }))).toEqual(["three", "two", "one"]);
  expect(messages(events.list({ limit: 10, before: 3, ownerId: "alice" }))).toEqual(["one"]);
  expect(messages(events.list({ limit: 10, subject: "g2" }))).toEqual(["two"]);
  expect(messages(events.after(1, 1))).toEqual(["two"]);
  expect(events.newest()).toBe(3);
  events.append({
    type: "session.refused",
    by: "ssh",
    from: "10.0.0.9",
    result: "refused",
    message: "100% of_it",
  });
  for (const filter of [
    { by: "ssh" },
    { result: "refused" },
    { type: "session" },
    { q: "10.0.0.9" },
    { q: "0% of_" },
  ] as const) {
    expect(messages(events.list({ limit: 10, ...filter }))).toEqual(["100% of_it"]);
  }
  expect(messages(events.list({ limit: 10, q: "%" }))).toEqual(["100% of_it"]);
  expect(events.list({ limit: 10, until: "2000-01-01T00:00:00.000Z" })).toEqual([]);
  expect(events.list({ limit: 10, since: "2000-01-01T00:00:00.000Z", type: "guest.created" })).toHaveLength(2);

  expect(events.prune("2000-01-01T00:00:00.000Z", 10)).toBe(0);
  expect([events.prune("2999-01-01T00:00:00.000Z", 3), events.prune("2999-01-01T00:00:00.000Z", 3)]).toEqual([3, 1]);
  expect(events.append({ type: "server.started", message: "five" }).event.seq).toBe(5);
  expect(JSON.stringify(events.list({ limit: 10 }))).not.toContain("ownerId");
});

test("of old tasks only so many are kept, and never less than the running ones", () => {
  const { tasks } = temporaryStore();
  const one = { kind: "build-demo-image" as const, title: "t", actor: "a", subject: null, step: "waiting" };
  const running = tasks.insert(one);
  for (let n = 0; n < 260; n += 1) tasks.end(tasks.insert(one).id, "done", null);
  expect(tasks.list().length).toBeLessThanOrEqual(251);
  expect(tasks.listRunning()).toEqual([running]);
});

test("a killed server has lost nothing that it reported", async () => {
  const home = temporaryHome();
  const program = fileURLToPath(new URL("testing/appendUntilKilled.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", "--conditions=source", program, home], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const ended = once(child, "exit");
  const written: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    written.push(Number(line));
    if (written.length === 100) child.kill("SIGKILL");
  }
  await ended;

  const store = openStore(home);
  onTestFinished(() => store.close());
  expect(store.events.newest()).toBeGreaterThanOrEqual(Math.max(...written));
});
