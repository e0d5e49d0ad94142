import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Quota } from "@corral/contracts";
import { expect, test, vi } from "vitest";
import { type Login, TestServer } from "../testing/testServer.ts";

const SMALL = { name: "small", memoryMiB: 64, diskMiB: 8 };
const LARGE = { name: "large", memoryMiB: 256 };

const opened = async (quota: Partial<Quota> = {}) => {
  const server = await TestServer.open();
  server.stock();
  const [ada, bob] = [await server.user("ada", "admin"), await server.user("bob", "user")];
  const set = await server.call("PATCH", "/users/bob", { as: ada, body: { quota } });
  expect(set.statusCode).toBe(200);
  const create = (name: string, as: Login = bob, more: object = {}) =>
    server.call("POST", "/guests", { as, body: { name, image: "demo", memoryMiB: 64, ...more } });
  const stateOf = async (as: Login = bob) => (await server.call("GET", "/quota", { as })).json();
  return { server, ada, bob, create, stateOf };
};

test("a hundred creates at once never make more than the quota has", async () => {
  const { server, ada, bob, create, stateOf } = await opened({ guests: 7 });
  const cleo = await server.user("cleo", "user");
  await server.call("POST", "/groups", { as: ada, body: { name: "team", members: ["bob", "cleo"] } });
  await server.call("PATCH", "/groups/team", { as: ada, body: { quota: { memoryMiB: 64 * 10 } } });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) => create(`guest-${n}`, n % 2 === 0 ? bob : cleo)),
  );
  const made = answers.filter(({ statusCode }) => statusCode === 201);
  expect(made).toHaveLength(10);
  for (const answer of answers.filter((one) => !made.includes(one))) {
    expect(answer.json().error).toMatchObject({ code: "quota_exceeded" });
  }
  const { pools } = await stateOf();
  expect(pools[0].use.guests).toBeLessThanOrEqual(7);
  expect(pools[1]).toMatchObject({ group: "team", use: { guests: 10, memoryMiB: 640 } });
});

test.each([
  ["memory", { memoryMiB: 64 * 4 + 63 }, {}],
  ["disk", { diskMiB: 8 * 4 + 7 }, { disks: [{ ubd: 0, source: { kind: "empty", sizeMiB: 8 } }], image: undefined }],
])("a hundred creates at once never take more %s than there is", async (_what, quota, more) => {
  const { create, stateOf } = await opened(quota);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => create(`guest-${n}`, undefined, more)));
  expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(4);
  expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(96);
  expect((await stateOf()).use.guests).toBe(4);
});

test("no more start with the server than may be on at once, and it is told which were not", async () => {
  const { server, create } = await opened({ runningGuests: 2 });
  for (let n = 0; n < 5; n += 1) await create(`guest-${n}`, undefined, { autostart: true });
  await server.supervisor.resume((id) => server.services.guests.mayStartItself(id));
  const events = server.store.events.list({ limit: 100 });
  const starting = events.filter(({ type, data }) => type === "guest.state" && data.state === "starting");
  expect(starting).toHaveLength(2);
  const refused = events.filter(({ type }) => type === "guest.warning");
  expect(refused.map(({ message }) => message)).toEqual(
    ["guest-4", "guest-3", "guest-2"].map((name) => expect.stringMatching(`^${name} was not started.*quota is 2`)),
  );
});

test("who makes a guest and starts it is told at once that it was made and not started", async () => {
  const { server, bob, create } = await opened({ runningGuests: 0 });
  const answer = await create("one", undefined, { start: true });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toMatchObject({
    state: "stopped",
    warnings: [expect.stringMatching(/^one was made and not started\. .*quota/)],
  });
  // It is about that call, and not about the guest.
  expect((await server.call("GET", "/guests/one", { as: bob })).json().warnings).toEqual([]);
});

test("a change may not take more than the quota either, but less it may, even beyond it", async () => {
  const { server, ada, bob, create } = await opened({ memoryMiB: 200, diskMiB: 20 });
  await create("one");
  await create("two");
  const change = (body: object) => server.call("PATCH", "/guests/one", { as: bob, body });
  expect((await change({ memoryMiB: 200 })).json().error).toMatchObject({
    code: "quota_exceeded",
    details: [{ field: "memoryMiB" }],
  });
  const disk = { ubd: 1, source: { kind: "empty", sizeMiB: 64 } };
  const { disks } = (await server.call("GET", "/guests/one", { as: bob })).json().definition;
  expect((await change({ disks: [...disks, disk] })).json().error.code).toBe("quota_exceeded");
  await server.call("PATCH", "/users/bob", { as: ada, body: { quota: { memoryMiB: 64 } } });
  expect((await change({ memoryMiB: 32 })).statusCode).toBe(200);
  expect((await change({ memoryMiB: 33 })).json().error.code).toBe("quota_exceeded");
});

test("only so many are on at once, however many are started in one moment", async () => {
  const { server, bob, create } = await opened({ runningGuests: 2 });
  for (let n = 0; n < 10; n += 1) await create(`guest-${n}`);
  // A real start cannot be held in the moment before the guest says that it is on.
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  vi.spyOn(server.supervisor, "act").mockImplementation(() => held);
  const starts = Array.from({ length: 10 }, (_, n) =>
    server.call("POST", `/guests/guest-${n}/actions/start`, { as: bob }),
  );
  const refusals: string[] = [];
  for (const start of starts)
    void start.then((answer) => answer.statusCode !== 202 && refusals.push(answer.json().error.code));
  while (refusals.length < 8) await new Promise((resolve) => setTimeout(resolve, 2));
  release();
  expect((await Promise.all(starts)).filter(({ statusCode }) => statusCode === 202)).toHaveLength(2);
  expect(refusals).toEqual(Array.from({ length: 8 }, () => "quota_exceeded"));
});

test("who has to choose among templates gets those alone, in their sizes", async () => {
  const { server, ada, bob, create } = await opened({ templates: ["debian"] });
  for (const name of ["debian", "hidden"]) {
    const body = { name, image: "demo", sizes: [SMALL, LARGE] };
    expect((await server.call("POST", "/templates", { as: ada, body })).statusCode).toBe(201);
  }
  const seen = (await server.call("GET", "/templates", { as: bob })).json().items;
  expect(seen.map(({ name }: { name: string }) => name)).toEqual(["debian"]);
  expect((await create("web1")).json().error).toMatchObject({
    code: "quota_exceeded",
    details: [{ field: "template" }],
  });

  const make = (template: string, size: string) =>
    server.call("POST", `/templates/${template}/guests`, { as: bob, body: { name: "web1", size, start: false } });
  expect((await make("hidden", "small")).json().error.code).toBe("not_found");
  expect((await make("debian", "huge")).json().error).toMatchObject({
    code: "impossible",
    details: [{ field: "size" }],
  });
  expect((await make("debian", "small")).json().definition).toMatchObject({
    name: "web1",
    owner: "bob",
    memoryMiB: 64,
    disks: [
      { ubd: 0, source: { image: "demo" } },
      { ubd: 1, source: { sizeMiB: 8 } },
    ],
  });
});

test("images and kernels that the quota does not name are not used", async () => {
  const { create } = await opened({ images: [], kernels: ["linux"] });
  expect((await create("web1")).json().error).toMatchObject({
    code: "quota_exceeded",
    details: [{ field: "disks.0.source.image" }],
  });
  const other = await opened({ images: ["demo"], kernels: [] });
  expect((await other.create("web1")).json().error.details).toMatchObject([{ field: "kernel" }]);
});

test("networks that the quota does not name are not used, neither in a new guest nor in one that there is", async () => {
  const cable = { transport: "l2tpv3", device: "vec0", port: 5000, peerPort: 5001 };
  const { server, ada, bob, create } = await opened({ networks: ["ucast"] });
  const allow = (networks: string[]) => server.call("PATCH", "/users/bob", { as: ada, body: { quota: { networks } } });
  const plug = (interfaces: object[]) => server.call("PATCH", "/guests/web1", { as: bob, body: { interfaces } });
  const refused = { code: "quota_exceeded", details: [{ field: "interfaces.0.transport" }] };
  expect((await create("web1", bob, { interfaces: [cable] })).json().error).toMatchObject(refused);
  await create("web1");
  expect((await plug([cable])).json().error).toMatchObject(refused);
  await allow(["l2tpv3"]);
  expect((await plug([cable])).statusCode).toBe(200);
  await allow([]);
  // What it has, it keeps.
  expect((await plug([cable])).statusCode).toBe(200);
  expect((await plug([cable, { ...cable, device: "vec1", port: 5001, peerPort: 5000 }])).json().error).toMatchObject({
    details: [{ field: "interfaces.1.transport" }],
  });
});

test("a guest that was deleted is nowhere, its name is free, and for a day it can be brought back", async () => {
  const { server, bob, create, stateOf } = await opened({ guests: 5 });
  const eve = await server.user("eve", "user");
  const { id } = (await create("web1")).json();
  const discarded = (await server.call("DELETE", "/guests/web1", { as: bob })).json();
  expect(discarded).toMatchObject({ id, name: "web1", owner: "bob" });
  expect((await server.call("GET", `/guests/${id}`, { as: bob })).statusCode).toBe(404);
  expect((await stateOf()).use).toMatchObject({ guests: 0 });
  expect((await server.call("GET", "/discarded", { as: eve })).json().items).toEqual([]);
  expect((await server.call("POST", `/discarded/${id}/restore`, { as: eve })).statusCode).toBe(404);

  const namesake = (await create("web1")).json();
  expect((await server.call("POST", `/discarded/${id}/restore`, { as: bob })).json().error.code).toBe("name_taken");
  await server.call("DELETE", `/guests/${namesake.id}`, { as: bob });
  expect((await server.call("POST", `/discarded/${id}/restore`, { as: bob })).json().definition.name).toBe("web1");
  expect((await server.call("GET", "/guests/web1", { as: bob })).json().id).toBe(id);

  // By its name only as long as that says which one.
  await server.call("DELETE", "/guests/web1", { as: bob });
  const ambiguous = (await server.call("DELETE", "/discarded/web1", { as: bob })).json().error;
  expect(ambiguous).toMatchObject({ code: "impossible", message: expect.stringContaining(id) });
  expect((await server.call("DELETE", `/discarded/${namesake.id}`, { as: bob })).statusCode).toBe(204);
  expect((await server.call("DELETE", "/discarded/web1", { as: bob })).statusCode).toBe(204);
  expect((await server.call("GET", "/discarded", { as: bob })).json().total).toBe(0);
  expect(existsSync(join(server.home, "guests", id))).toBe(false);
});

test("what was deleted counts on as disk, which is said, and comes back only within the quota", async () => {
  const { server, ada, bob, create, stateOf } = await opened({ guests: 1, diskMiB: 20 });
  const disks = [{ ubd: 0, source: { kind: "empty", sizeMiB: 12 } }];
  const { id } = (await create("one", bob, { disks, image: undefined })).json();
  const discarded = (await server.call("DELETE", "/guests/one", { as: bob })).json();
  expect(discarded).toMatchObject({ diskMiB: 12 });
  expect((await stateOf()).use).toMatchObject({ guests: 0, diskMiB: 12, discardedDiskMiB: 12, memoryMiB: 0 });
  const refused = (await create("two", bob, { disks, image: undefined })).json().error;
  expect(refused).toMatchObject({
    code: "quota_exceeded",
    message: expect.stringContaining("12 of that are of deleted guests"),
  });
  await create("three");
  const restore = () => server.call("POST", `/discarded/${id}/restore`, { as: bob });
  expect((await restore()).json().error).toMatchObject({ code: "quota_exceeded" });
  expect((await server.call("GET", "/guests/one", { as: bob })).statusCode).toBe(404);
  await server.call("PATCH", "/users/bob", { as: ada, body: { quota: { guests: 2 } } });
  expect((await restore()).statusCode).toBe(200);
});

test("an image under a deleted guest stays, and who it is that uses it can be read", async () => {
  const { server, ada, bob, create } = await opened();
  await create("web1");
  await server.call("DELETE", "/guests/web1", { as: bob });
  const { error } = (await server.call("DELETE", "/images/demo", { as: ada })).json();
  expect(error).toMatchObject({ code: "in_use", message: expect.stringContaining("web1 (deleted)") });
  expect((await server.call("DELETE", "/users/bob", { as: ada })).json().error.code).toBe("in_use");
});

test("after its day it is deleted for good, and not before", async () => {
  const { server, bob, create } = await opened();
  await create("web1");
  const { id, until } = (await server.call("DELETE", "/guests/web1", { as: bob })).json();
  await server.services.discarded.sweep(Date.parse(until) - 1);
  expect((await server.call("GET", "/discarded", { as: bob })).json().total).toBe(1);
  await server.services.discarded.sweep(Date.parse(until));
  expect((await server.call("GET", "/discarded", { as: bob })).json().total).toBe(0);
  expect(() => server.supervisor.status(id)).toThrow();
});

test("an admin sees what somebody else sees, and nobody else does", async () => {
  const { server, ada, bob, create } = await opened();
  await create("web1");
  await create("web2", ada);
  const seen = async (as: Login) => (await server.call("GET", "/guests?as=bob", { as })).json();
  expect((await seen(ada)).items.map((guest: { definition: { name: string } }) => guest.definition.name)).toEqual([
    "web1",
  ]);
  expect((await seen(await server.user("eve", "user"))).error.code).toBe("not_allowed");
  expect((await server.call("GET", "/quota?user=bob", { as: ada })).json().use.guests).toBe(1);
  for (const path of ["quota?user", "events?as", "discarded?as"]) {
    expect((await server.call("GET", `/${path}=ada`, { as: bob })).json().error.code).toBe("not_allowed");
    expect((await server.call("GET", `/${path}=nobody`, { as: ada })).json().error.code).toBe("not_found");
  }
});

test("to look with somebody's eyes shows their history, and leaves one event, which is the admin's", async () => {
  const { server, ada, bob, create } = await opened();
  await create("web1");
  await create("hidden", ada);
  await create("gone");
  await server.call("DELETE", "/guests/gone", { as: bob });
  const look = async (path: string) => (await server.call("GET", `/${path}as=bob`, { as: ada })).json().items;
  expect((await look("discarded?")).map(({ name }: { name: string }) => name)).toEqual(["gone"]);
  const messages = (await look("events?")).map(({ message }: { message: string }) => message);
  const own = (await server.call("GET", "/events", { as: bob })).json().items;
  expect(messages).toEqual(own.map(({ message }: { message: string }) => message));
  expect(messages).toContain("bob created web1");
  expect(messages).not.toContain("ada created hidden");
  await look("guests?");
  const looks = server.store.events.list({ limit: 100, type: "user.viewed" });
  expect(looks).toMatchObject([{ actor: "ada", subject: bob.user.id, message: "ada looked at what bob sees" }]);
  const seen = server.store.events.list({ limit: 100, actor: "bob" });
  expect(seen.map(({ type }) => type).sort()).toEqual(["guest.created", "guest.created", "guest.discarded"]);
  // Who looks at themself looks at nobody.
  await server.call("GET", "/guests?as=ada", { as: ada });
  expect(server.store.events.list({ limit: 100, type: "user.viewed" })).toHaveLength(1);
});

test("a reset says what it threw away, and only of a guest that is off", async () => {
  const { server, bob, create } = await opened();
  await create("web1");
  expect((await server.call("POST", "/guests/web1/reset", { as: bob })).statusCode).toBe(200);
  expect(server.store.events.list({ limit: 1 })[0]).toMatchObject({
    type: "guest.reset",
    message: "bob reset web1 to its image",
  });
});

test("a card says what happened to a guest last, as far as its reader may know", async () => {
  const { server, ada, bob, create } = await opened();
  const { id } = (await create("web1")).json();
  await create("hidden", ada);
  const cards = async (as: Login, path = "/cards") => (await server.call("GET", path, { as })).json().items;
  await server.call("PATCH", "/guests/web1", { as: ada, body: { memoryMiB: 96 } });
  // Who only came to look at its console is not what happened to it.
  server.store.events.append({ type: "console.attached", subject: id, ownerId: bob.user.id, message: "ada came" });
  const seen = [{ id, address: null, lastEvent: { message: "ada changed memoryMiB of web1" } }];
  expect(await cards(bob)).toMatchObject(seen);
  expect(await cards(ada, "/cards?as=bob")).toMatchObject(seen);
  expect(await cards(ada)).toHaveLength(2);
  expect(await cards(await server.user("eve", "user"))).toEqual([]);
});
