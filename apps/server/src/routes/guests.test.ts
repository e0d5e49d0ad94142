import type { Guest } from "@corral/contracts";
import { expect, test } from "vitest";
import { type Login, TestServer } from "../testing/testServer.ts";

const stocked = async () => {
  const server = await TestServer.open();
  server.stock();
  const admin = await server.user("ada", "admin");
  const user = await server.user("ulf", "user");
  const create = (as: Login, body: object) => server.call("POST", "/guests", { as, body });
  return { server, admin, user, create };
};

const names = (answer: { items: Guest[] }) => answer.items.map(({ definition }) => definition.name);

test("a new guest has sensible defaults, and is found by id and by name", async () => {
  const { server, user, create } = await stocked();
  const response = await create(user, { name: "web1", image: "demo" });
  expect(response.statusCode).toBe(201);
  const guest: Guest = response.json();
  expect(guest.definition).toMatchObject({
    owner: "ulf",
    kernel: "linux",
    memoryMiB: 128,
    disks: [{ ubd: 0, source: { kind: "image", image: "demo" }, readOnly: false }],
    consoles: [{ name: "con0", channel: "fd" }],
  });
  expect(guest).toMatchObject({ state: "stopped", boots: 0, consoles: [{ name: "con0", bytes: 0 }] });
  for (const path of ["/guests/web1", `/guests/${guest.id}`]) {
    expect((await server.call("GET", path, { as: user })).json()).toEqual(guest);
  }
});

test.each([
  ["an unknown image", { image: "nothing" }, "image", "there is demo"],
  [
    "an unknown image of a disk",
    { disks: [{ ubd: 3, source: { kind: "image", image: "x" } }] },
    "disks.0.source.image",
    "demo",
  ],
  ["an unknown kernel", { image: "demo", kernel: "nothing" }, "kernel", "there is linux"],
  ["an unknown owner", { image: "demo", owner: "nobody" }, "owner", "ada, ulf"],
  ["no disk at all", {}, "rootDevice", "no disk at all"],
  ["no disk to boot from", { image: "demo", rootDevice: "/dev/ubdb1" }, "rootDevice", "the guest has /dev/ubda"],
  ["image and disks together", { image: "demo", disks: [] }, "image", "either"],
  ["a CPU the host has not", { image: "demo", cpus: [1023] }, "cpus", "it has 0 to"],
  [
    "a folder that is not there",
    { image: "demo", shares: [{ name: "a", folder: "/no/such" }] },
    "shares.0.folder",
    "/no/such",
  ],
  [
    "Corral's own data",
    { image: "demo", shares: [{ name: "a", folder: "HOME" }] },
    "shares.0.folder",
    "Corral's own data",
  ],
  [
    "all of the host's files",
    { image: "demo", shares: [{ name: "a", folder: "/tmp" }] },
    "shares.0.folder",
    "contains",
  ],
  [
    "the database as a disk",
    { disks: [{ ubd: 0, source: { kind: "file", path: "HOME/corral.db" } }] },
    "disks.0.source.path",
    "own data",
  ],
  [
    "a missing file",
    { disks: [{ ubd: 0, source: { kind: "file", path: "/no/such" } }] },
    "disks.0.source.path",
    "no file",
  ],
])("%s is impossible, and the answer names the field and what there is", async (_what, body, field, says) => {
  const { server, admin, create } = await stocked();
  const wish = JSON.parse(JSON.stringify({ name: "web1", ...body }).replaceAll("HOME", server.home));
  const { error } = (await create(admin, wish)).json();
  expect([error.code, error.details?.[0]?.field]).toEqual(["impossible", field]);
  expect(error.message).toContain(says);
  expect(server.store.guests.list()).toEqual([]);
});

test("one file cannot be two disks that are written to", async () => {
  const { admin, create } = await stocked();
  const source = { kind: "file", path: "/etc/hostname" };
  const both = (second: object) => ({
    name: "web1",
    disks: [
      { ubd: 0, source },
      { ubd: 1, source, ...second },
    ],
  });
  expect((await create(admin, both({}))).json().error.details[0].field).toBe("disks.1.source.path");
  expect((await create(admin, both({ readOnly: true }))).statusCode).toBe(201);
});

test.each([
  ["kernelArguments", { image: "demo", kernelArguments: ["quiet"] }],
  ["shares", { image: "demo", shares: [{ name: "a", folder: "/etc" }] }],
  ["owner", { image: "demo", owner: "ada" }],
  ["disks.0.source", { disks: [{ ubd: 0, source: { kind: "file", path: "/etc/hostname" } }] }],
  ["consoles.0.channel", { image: "demo", consoles: [{ name: "con1", channel: "fd", output: "xterm" }] }],
])("only an admin may set %s", async (field, body) => {
  const { admin, user, create } = await stocked();
  const refused = (await create(user, { name: "web1", ...body })).json().error;
  expect([refused.code, refused.details[0].field]).toEqual(["not_allowed", field]);
  expect((await create(admin, { name: "web1", ...body })).statusCode).toBe(201);
});

test("a console gets no channel that its kernel was built without, and no device that is no terminal", async () => {
  const { admin, create } = await stocked();
  const refusal = async (ends: object) =>
    (await create(admin, { name: "web1", image: "demo", consoles: [{ name: "con1", ...ends }] })).json().error;
  expect(await refusal({ channel: "pts" })).toMatchObject({
    code: "impossible",
    details: [{ field: "consoles.0.channel", message: expect.stringContaining("was built without pts; it has fd") }],
  });
  expect(await refusal({ channel: "fd", output: "tty:/dev/null" })).toMatchObject({
    code: "impossible",
    details: [{ field: "consoles.0.output", message: expect.stringContaining("/dev/null is not") }],
  });
  expect((await refusal({ channel: "tty:/dev/tty" })).details[0].message).toContain("/dev/tty is not");
  expect((await refusal({ channel: "tty:/dev/no-such" })).details[0].message).toContain("no /dev/no-such");
});

test("a console is changed only while its guest runs, and a malformed change is refused", async () => {
  const { server, user, create } = await stocked();
  await create(user, { name: "web1", image: "demo", consoles: [{ name: "con1", channel: "port:9000" }] });
  const change = async (name: string, body: object) =>
    (await server.call("PATCH", `/guests/web1/consoles/${name}`, { as: user, body })).json().error;
  expect(await change("con1", { channel: "null" })).toMatchObject({ code: "wrong_state" });
  expect(await change("con1", { channel: "pty" })).toMatchObject({ code: "invalid_request" });
  expect(await change("con1", {})).toMatchObject({ code: "invalid_request" });
  expect(await change("ssl63", { channel: "null" })).toMatchObject({ code: "invalid_request" });
  expect(await change("con1", { channel: "xterm" })).toMatchObject({ code: "not_allowed" });
  expect(await change("con2", { channel: "port:9000" })).toMatchObject({ code: "impossible" });
});

test("a user keeps what an admin gave them, and cannot make more of it", async () => {
  const { server, admin, user, create } = await stocked();
  const disk = { ubd: 1, source: { kind: "file", path: "/etc/hostname" }, readOnly: true };
  const disks = [{ ubd: 0, source: { kind: "image", image: "demo" } }, disk];
  await create(admin, { name: "web1", owner: "ulf", disks, kernelArguments: ["quiet"] });
  const change = async (body: object) => (await server.call("PATCH", "/guests/web1", { as: user, body })).statusCode;
  expect(await change({ memoryMiB: 256, owner: user.user.id })).toBe(200);
  expect(await change({ disks, kernelArguments: ["quiet"] })).toBe(200);
  expect(await change({ disks: [disks[0], { ...disk, readOnly: false }] })).toBe(403);
  expect(await change({ kernelArguments: [] })).toBe(403);
});

test("a change merges, an empty one changes nothing, and a taken name is refused", async () => {
  const { server, user, create } = await stocked();
  await create(user, { name: "web1", image: "demo", tags: ["a"] });
  await create(user, { name: "web2", image: "demo" });
  const change = (body: object) => server.call("PATCH", "/guests/web1", { as: user, body });
  const before = (await server.call("GET", "/guests/web1", { as: user })).json();
  const events = server.store.events.newest();
  expect((await change({})).json()).toEqual(before);
  expect(server.store.events.newest()).toBe(events);
  expect((await change({ name: "web2" })).json().error.code).toBe("name_taken");
  const changed = (await change({ name: "web3", memoryMiB: 64 })).json();
  expect(changed.definition).toEqual({ ...before.definition, name: "web3", memoryMiB: 64 });
  expect(server.store.events.list({ limit: 1 })[0]).toMatchObject({
    type: "guest.changed",
    data: { fields: ["name", "memoryMiB"] },
  });
});

test("a list is searched, sorted and paged, also while it changes", async () => {
  const { server, user, create } = await stocked();
  for (const [index, name] of ["web10", "web2", "db1"].entries()) {
    await create(user, { name, image: "demo", memoryMiB: 64 + index, tags: ["tag"] });
  }
  const list = async (query: string) => (await server.call("GET", `/guests${query}`, { as: user })).json();
  expect(names(await list(""))).toEqual(["db1", "web2", "web10"]);
  expect(names(await list("?sort=-memoryMiB"))).toEqual(["db1", "web2", "web10"]);
  expect(names(await list("?q=WEB%20stopped"))).toEqual(["web2", "web10"]);
  const first = await list("?limit=2");
  expect([names(first), first.total]).toEqual([["db1", "web2"], 3]);
  await create(user, { name: "aaa", image: "demo" });
  const second = await list(`?limit=2&cursor=${first.nextCursor}`);
  expect([names(second), second.nextCursor]).toEqual([["web10"], null]);
});

test("a guest that was deleted for good leaves nothing, and its image can be deleted then", async () => {
  const { server, admin, user, create } = await stocked();
  await create(user, { name: "web1", image: "demo" });
  const inUse = await server.call("DELETE", "/images/demo", { as: admin });
  expect([inUse.statusCode, inUse.json().error.code]).toEqual([409, "in_use"]);
  expect(inUse.json().error.message).toContain("web1");
  expect((await server.call("DELETE", "/guests/web1", { as: user })).statusCode).toBe(200);
  expect((await server.call("GET", "/guests/web1", { as: user })).statusCode).toBe(404);
  expect((await server.call("DELETE", "/discarded/web1", { as: user })).statusCode).toBe(204);
  expect((await server.call("DELETE", "/images/demo", { as: admin })).statusCode).toBe(204);
  const events = (await server.call("GET", "/events", { as: user })).json().items;
  expect(events.map(({ type }: { type: string }) => type)).toEqual([
    "guest.deleted",
    "guest.discarded",
    "guest.created",
  ]);
});

test("an action in the wrong state says why, and is noted as one that failed", async () => {
  const { server, user, create } = await stocked();
  await create(user, { name: "web1", image: "demo" });
  const events = server.store.events.newest();
  const response = await server.call("POST", "/guests/web1/actions/pause", { as: user });
  expect(response.json().error).toMatchObject({ code: "wrong_state", message: expect.stringContaining("is off") });
  const noted = server.store.events.after(events, 10).map(({ type, result, data }) => [type, result, data.code]);
  expect(noted).toEqual([["call.refused", "failed", "wrong_state"]]);
});

test("a guest that cannot start says why, and the server goes on", async () => {
  const { server, user, create } = await stocked();
  await create(user, { name: "web1", image: "demo" });
  const response = await server.call("POST", "/guests/web1/actions/start", { as: user });
  expect(response.json().error.code).toBe("host_unfit");
  expect(response.json().error.message).toContain("demo");
  const guest = (await server.call("GET", "/guests/web1", { as: user })).json();
  expect(guest).toMatchObject({ state: "stopped", ending: { kind: "launch-failed" } });
});
