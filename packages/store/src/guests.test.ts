import { expect, test } from "vitest";
import type { GuestLinks } from "./guests.ts";
import { someDefinition, someImage, someKernel, temporaryStore } from "./testing/temporaryStore.ts";

const stocked = () => {
  const store = temporaryStore();
  const owner = store.users.insert({ name: "alice", role: "user", passwordHash: "x" });
  const kernel = store.kernels.insert(someKernel);
  const image = store.images.insert(someImage);
  const links: GuestLinks = { ownerId: owner.id, kernelId: kernel.id, imageIds: new Map([[0, image.id]]) };
  return { store, kernel, image, links };
};

test("a guest comes back as it was stored, by id and by name", () => {
  const { store, links } = stocked();
  const record = store.guests.insert(someDefinition, links);
  expect(record).toMatchObject({ definition: someDefinition, ...links });
  expect(record.id).toMatch(/^[a-z0-9]{16}$/);
  expect(store.guests.find(record.id)).toEqual(record);
  expect(store.guests.find("web1")).toEqual(record);
  expect(store.guests.find("web2")).toBeNull();
});

test("a name is given once", () => {
  const { store, links } = stocked();
  store.guests.insert(someDefinition, links);
  expect(() => store.guests.insert(someDefinition, links)).toThrow(expect.objectContaining({ code: "name_taken" }));
  const other = store.guests.insert({ ...someDefinition, name: "web2" }, links);
  expect(() => store.guests.update(other, someDefinition, links)).toThrow("web1");
  expect(store.guests.find(other.id)?.definition.name).toBe("web2");
});

test("a change of a definition that was changed meanwhile changes nothing", () => {
  const { store, links } = stocked();
  const seen = store.guests.insert(someDefinition, links);
  expect(seen.revision).toBe(1);
  const changed = store.guests.update(seen, { ...someDefinition, memoryMiB: 96 }, links);
  expect(changed.revision).toBe(2);
  expect(() => store.guests.update(seen, { ...someDefinition, tags: [] }, links)).toThrow(
    expect.objectContaining({ code: "changed_meanwhile" }),
  );
  expect(store.guests.find(seen.id)).toEqual(changed);
});

test("an image or a kernel that a guest uses cannot be deleted, and says who uses it", () => {
  const { store, links, image, kernel } = stocked();
  const guest = store.guests.insert(someDefinition, links);
  expect(() => store.images.delete(image.id)).toThrow(expect.objectContaining({ code: "in_use" }));
  expect(() => store.kernels.delete(kernel.id)).toThrow("web1");
  expect(store.images.usedBy(image.id)).toEqual([{ id: guest.id, name: "web1" }]);

  store.guests.delete(guest.id);
  store.images.delete(image.id);
  store.kernels.delete(kernel.id);
  expect([...store.images.list(), ...store.kernels.list()]).toEqual([]);
});

test("a guest over an image that is gone is refused, and nothing of it is kept", () => {
  const { store, links, image } = stocked();
  store.images.delete(image.id);
  expect(() => store.guests.insert(someDefinition, links)).toThrow(expect.objectContaining({ code: "in_use" }));
  expect(store.guests.list()).toEqual([]);
});

test("a change takes up other disks and gives the image back", () => {
  const { store, links, image } = stocked();
  const guest = store.guests.insert(someDefinition, links);
  const diskless = { ...someDefinition, disks: someDefinition.disks.slice(1) };
  expect(store.guests.update(guest, diskless, { ...links, imageIds: new Map() }).definition).toEqual(diskless);
  store.images.delete(image.id);
});

test("lists by name, and only one owner's where asked", () => {
  const { store, links } = stocked();
  const bob = store.users.insert({ name: "bob", role: "user", passwordHash: "x" });
  store.guests.insert({ ...someDefinition, name: "b" }, links);
  store.guests.insert({ ...someDefinition, name: "a" }, { ...links, ownerId: bob.id });
  const names = (ownerId?: string) => store.guests.list(ownerId).map(({ definition }) => definition.name);
  expect(names()).toEqual(["a", "b"]);
  expect(names(bob.id)).toEqual(["a"]);
  expect(store.guests.find("a")?.definition.owner).toBe("bob");
});

test("a definition that the contracts do not know is refused on the way in", () => {
  const { store, links } = stocked();
  const odd = { ...someDefinition, memoryMiB: 1 };
  expect(() => store.guests.insert(odd, links)).toThrow();
  expect(store.guests.list()).toEqual([]);
});
