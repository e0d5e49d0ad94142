import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openStore, type Store } from "./store.ts";
import { someDefinition, someImage, someKernel, temporaryHome } from "./testing/temporaryStore.ts";

const ID_LIKE = "abcdefgh01234567";

const stock = (store: Store, suffix: string) => {
  const user = store.users.insert({ name: `user${suffix}`, role: "user", passwordHash: "x" });
  const group = store.groups.insert(`group${suffix}`);
  const kernel = store.kernels.insert({ ...someKernel, name: `kernel${suffix}`, path: `/k${suffix}` });
  const image = store.images.insert({ ...someImage, name: `image${suffix}`, file: `${suffix}.img` });
  const template = store.templates.insert({
    name: `template${suffix}`,
    description: "",
    imageId: image.id,
    kernelId: null,
    sizes: [],
  });
  const links = { ownerId: user.id, kernelId: kernel.id, imageIds: new Map([[0, image.id]]) };
  const guest = store.guests.insert({ ...someDefinition, name: `guest${suffix}` }, links);
  return { user, group, kernel, image, template, guest, links };
};

test("nothing is named like an id, neither when it is made nor when it is renamed", () => {
  const store = openStore(temporaryHome());
  onTestFinished(() => store.close());
  const one = stock(store, "1");
  const wishes: Record<string, () => unknown> = {
    "a user": () => store.users.insert({ name: ID_LIKE, role: "user", passwordHash: null }),
    "a user's new name": () => store.users.update(one.user.id, { name: one.guest.id }),
    "a group": () => store.groups.insert(ID_LIKE),
    "a group's new name": () => store.groups.rename(one.group.id, ID_LIKE),
    "a kernel": () => store.kernels.insert({ ...someKernel, name: ID_LIKE, path: "/other" }),
    "an image": () => store.images.insert({ ...someImage, name: ID_LIKE, file: "other.img" }),
    "a template": () => store.templates.insert({ ...templateOf(one), name: ID_LIKE }),
    "a template's new name": () => store.templates.update(one.template.id, { ...templateOf(one), name: ID_LIKE }),
    "a guest": () => store.guests.insert({ ...someDefinition, name: one.guest.id }, one.links),
    "a guest's new name": () => store.guests.update(one.guest, { ...one.guest.definition, name: ID_LIKE }, one.links),
  };
  for (const [what, wish] of Object.entries(wishes)) {
    expect(wish, what).toThrow(expect.objectContaining({ code: "impossible", details: [expect.anything()] }));
  }
  expect(store.guests.list().map(({ definition }) => definition.name)).toEqual(["guest1"]);
});

const templateOf = ({ image }: ReturnType<typeof stock>) => ({
  name: "template1",
  description: "",
  imageId: image.id,
  kernelId: null,
  sizes: [],
});

/** A database in which an older version let two of each kind be named like ids, one of them like the other's. */
const tangled = () => {
  const home = temporaryHome();
  const before = openStore(home);
  const [one, two] = [stock(before, "1"), stock(before, "2")];
  const gone = before.guests.insert({ ...someDefinition, name: "gone" }, one.links);
  before.guests.discard(gone);
  before.close();
  const database = new Sqlite(join(home, "corral.db"));
  const rename = (table: string, id: string, name: string) =>
    database.prepare(`UPDATE ${table} SET name = ? WHERE id = ?`).run(name, id);
  for (const kind of ["user", "group", "kernel", "image", "template", "guest"] as const) {
    rename(`${kind}s`, two[kind].id, one[kind].id);
    rename(`${kind}s`, one[kind].id, `like${kind}00000000`.slice(0, 16));
  }
  rename("guests", gone.id, `${one.guest.id}~${gone.id}`);
  database.close();
  const store = openStore(home);
  onTestFinished(() => store.close());
  return { store, one, two, gone };
};

test("what an older version let be named as another's id gets another name, and each is found by what is its own", () => {
  const { store, one, two, gone } = tangled();
  const replaced = store.names.untangle();
  expect(replaced.map(({ kind }) => kind).sort()).toEqual([
    "group",
    "guest",
    "guest",
    "image",
    "kernel",
    "template",
    "user",
  ]);
  const finders = {
    user: store.users,
    group: store.groups,
    kernel: store.kernels,
    image: store.images,
    template: store.templates,
    guest: store.guests,
  };
  for (const [kind, finder] of Object.entries(finders)) {
    const key = kind as keyof typeof finders;
    expect(finder.find(one[key].id)?.id, kind).toBe(one[key].id);
    expect(finder.find(`${one[key].id}-2`)?.id ?? finder.find(`${one[key].id}-3`)?.id, kind).toBe(two[key].id);
    expect(finder.find(two[key].id)?.id, kind).toBe(two[key].id);
  }
  const [discarded] = store.guests.listDiscarded();
  expect(discarded?.id).toBe(gone.id);
  expect(discarded?.definition.name).toMatch(new RegExp(`^${one.guest.id}-[23]$`));
  expect(store.names.untangle()).toEqual([]);
});

test("what is only in the form of an id keeps its name, is told, and can be changed without another name", () => {
  const { store, one } = tangled();
  store.names.untangle();
  expect(store.names.idLike().map(({ kind }) => kind)).toEqual([
    "guest",
    "user",
    "group",
    "image",
    "kernel",
    "template",
  ]);
  const guest = store.guests.find(one.guest.id);
  if (guest === null) throw new Error("it is there");
  const changed = store.guests.update(guest, { ...guest.definition, memoryMiB: 96 }, one.links);
  expect([changed.definition.name, changed.definition.memoryMiB]).toEqual(["likeguest0000000", 96]);
  store.users.update(one.user.id, { name: "likeuser00000000", role: "operator" });
  store.groups.rename(one.group.id, store.groups.find(one.group.id)?.name ?? "");
});
