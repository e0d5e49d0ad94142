import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "./store.ts";
import { temporaryHome } from "./testing/temporaryStore.ts";

/* A database of each migration's number, as text, by the date and the commit that brought it. They are never changed. */

const MIGRATIONS = fileURLToPath(new URL("../drizzle", import.meta.url));
const FIXTURES = fileURLToPath(new URL("./fixtures", import.meta.url));
const numbersIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .map((name) => name.slice(0, 4))
    .sort();

test("there is a database of each migration's number", () => {
  expect(numbersIn(FIXTURES)).toEqual(numbersIn(MIGRATIONS));
});

test.each(readdirSync(FIXTURES))("the database %s is opened with all its guests and people", (name) => {
  const home = temporaryHome();
  const older = new Sqlite(join(home, "corral.db"));
  older.exec(readFileSync(join(FIXTURES, name), "utf8"));
  older.close();

  const store = openStore(home);
  onTestFinished(() => store.close());
  expect(store.users.list().map((user) => [user.name, user.role])).toEqual([
    ["ada", "admin"],
    ["bob", "user"],
  ]);
  const guests = store.guests.list().map(({ definition, discardedAt, revision }) => ({
    ...definition,
    discardedAt,
    revision,
  }));
  const common = {
    description: "a guest of then",
    kernel: "debian",
    disks: [expect.objectContaining({ ubd: 0, source: { kind: "image", image: "demo" } })],
    autostart: true,
    interfaces: [],
    guestLink: true,
    discardedAt: null,
    revision: 1,
  };
  expect(guests).toEqual([
    expect.objectContaining({ ...common, name: "web1", owner: "ada" }),
    expect.objectContaining({ ...common, name: "web2", owner: "bob" }),
  ]);
  expect(store.events.list({ limit: 10 })).toEqual([expect.objectContaining({ message: "ada made web1" })]);
  // It can be worked with, and opened again.
  store.events.append({ type: "server.started", message: "x" });
  store.close();
  const again = openStore(home);
  onTestFinished(() => again.close());
  expect(again.guests.list()).toHaveLength(2);
});
