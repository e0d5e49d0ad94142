import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openStore, type Store } from "./store.ts";
import { someDefinition, someImage, someKernel, temporaryHome, temporaryStore } from "./testing/temporaryStore.ts";

const TURNED = "gpj\u202e.exe";
const HARMLESS = "gpj\ufffd.exe";

const stock = (store: Store) => {
  const owner = store.users.insert({ name: "alice", role: "user", passwordHash: "x" });
  const kernel = store.kernels.insert(someKernel);
  const image = store.images.insert(someImage);
  return { ownerId: owner.id, kernelId: kernel.id, imageIds: new Map([[0, image.id]]) };
};

test("text that an older version took is read in the order in which it is written, and can be changed", () => {
  const home = temporaryHome();
  const before = openStore(home);
  const links = stock(before);
  const { id } = before.guests.insert({ ...someDefinition, description: "TURNED", notes: "TURNED\nand more" }, links);
  const imageId = links.imageIds.get(0) ?? "";
  before.templates.insert({ name: "small", description: "TURNED", imageId, kernelId: null, sizes: [] });
  before.events.append({ type: "guest.message", message: "TURNED", data: { words: ["TURNED"] } });
  before.close();
  const database = new Sqlite(join(home, "corral.db"));
  for (const [table, column] of [
    ["guests", "definition"],
    ["templates", "description"],
    ["events", "message"],
    ["events", "data"],
  ]) {
    database.prepare(`UPDATE ${table} SET ${column} = replace(${column}, 'TURNED', ?)`).run(TURNED);
  }
  database.close();

  const store = openStore(home);
  onTestFinished(() => store.close());
  const definition = store.guests.find(id)?.definition ?? someDefinition;
  expect([definition.description, definition.notes]).toEqual([HARMLESS, `${HARMLESS}\nand more`]);
  expect(store.guests.update({ id, revision: 1 }, { ...definition, memoryMiB: 96 }, links).definition.memoryMiB).toBe(
    96,
  );
  expect(store.templates.find("small")?.description).toBe(HARMLESS);
  const [event] = store.events.list({ limit: 1 });
  expect([event?.message, event?.data]).toEqual([HARMLESS, { words: [HARMLESS] }]);
});

test("an event tells in the order in which it is written, to whoever is told at once too", () => {
  const { events } = temporaryStore();
  const { event } = events.append({
    type: "guest.exec",
    message: TURNED,
    from: TURNED,
    actor: "alice",
    by: "ssh",
    data: { command: ["echo", TURNED], deep: { er: TURNED, n: 1, none: null } },
  });
  expect(event).toMatchObject({
    message: HARMLESS,
    from: HARMLESS,
    data: { command: ["echo", HARMLESS], deep: { er: HARMLESS, n: 1, none: null } },
  });
  expect(events.list({ limit: 1 })).toEqual([event]);
});
