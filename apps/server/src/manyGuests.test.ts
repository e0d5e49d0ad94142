import { readdirSync } from "node:fs";
import { DISCARDED_MAXIMUM, guestDefinition, newGuest } from "@corral/contracts";
import { openStore } from "@corral/store";
import { expect, test } from "vitest";
import { MainProcess, temporaryHome } from "./testing/mainProcess.ts";
import { TestServer } from "./testing/testServer.ts";
import { ABILITIES } from "./testing/testTools.ts";

const CONSOLES = Array.from({ length: 16 }, (_, index) => ({ name: `con${index}`, channel: "fd" }));

/** A thousand guests take their time on a machine that is busy. */
const PATIENCE_MS = 180_000;

/** A data folder with an owner and so many of their guests, of which every third was deleted. */
const homeWith = (guests: number): string => {
  const home = temporaryHome();
  const store = openStore(home);
  const ada = store.users.insert({ name: "ada", role: "admin", passwordHash: "" });
  const kernel = store.kernels.insert({
    name: "linux",
    path: "/usr/bin/linux.uml",
    version: "6.1.176",
    abilities: ABILITIES,
    modules: null,
  });
  const insert = (index: number): void => {
    const { start: _, ...wanted } = newGuest.parse({
      name: `guest-${index}`,
      kernel: kernel.name,
      owner: ada.name,
      consoles: CONSOLES.slice(0, 1),
    });
    const definition = guestDefinition.parse({ ...wanted, disks: [] });
    const guest = store.guests.insert(definition, { ownerId: ada.id, kernelId: kernel.id, imageIds: new Map() });
    if (index % 3 === 0) store.guests.discard(guest);
  };
  store.transaction(() => {
    for (let index = 0; index < guests; index += 1) insert(index);
  });
  store.close();
  return home;
};

test("a server whose limit is 1,024 files starts with a thousand guests that are off, and says how many they would take", {
  timeout: PATIENCE_MS,
}, async () => {
  const home = homeWith(1_000);
  const server = new MainProcess(
    { CORRAL_HOME: home, CORRAL_LOG_LEVEL: "error" },
    [],
    ["prlimit", "--nofile=1024:1024"],
  );
  await server.says(/^Corral runs/m);
  expect(server.openDescriptors).toBeLessThan(150);
  expect(await server.says(/Open files: At most 1024.*?1000 guests.*?LimitNOFILE/s)).toContain("1000 consoles");
  expect(server.err).toBe("");
  expect(await server.end("SIGTERM")).toBe(0);
});

test("the soft limit is raised to the hard one, however the server was started", async () => {
  const server = new MainProcess({ CORRAL_HOME: temporaryHome() }, [], ["prlimit", "--nofile=256:3000"]);
  await server.says(/^Corral runs/m);
  expect(await server.says(/Open files: At most \d+|$/)).not.toContain("256");
  expect(await server.end("SIGTERM")).toBe(0);
});

test("who makes guests with 16 consoles and deletes them is stopped at a limit, and takes no descriptor", {
  timeout: PATIENCE_MS,
}, async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("mallory", "user");
  const other = await server.user("alice", "user");
  const open = () => readdirSync("/proc/self/fd").length;
  let before = 0;
  let deleted = 0;
  let refusal: { code: string; message: string } | undefined;
  while (refusal === undefined && deleted <= DISCARDED_MAXIMUM) {
    const created = await server.call("POST", "/guests", {
      as,
      body: { name: "web1", image: "demo", consoles: CONSOLES },
    });
    expect(created.statusCode).toBe(201);
    const response = await server.call("DELETE", "/guests/web1", { as });
    if (response.statusCode === 200) deleted += 1;
    else refusal = response.json().error;
    if (deleted === 1) before = open();
  }
  expect(deleted).toBe(DISCARDED_MAXIMUM);
  expect(refusal).toMatchObject({ code: "quota_exceeded", message: expect.stringContaining("for good") });
  // The database's own thread has opened its files meanwhile; each guest's consoles would be sixteen more.
  expect(open()).toBeLessThan(before + CONSOLES.length);

  await server.call("POST", "/guests", { as: other, body: { name: "hers", image: "demo" } });
  expect((await server.call("DELETE", "/guests/hers", { as: other })).statusCode).toBe(200);
  const [oldest] = (await server.call("GET", "/discarded", { as })).json().items;
  expect((await server.call("DELETE", `/discarded/${oldest.id}`, { as })).statusCode).toBe(204);
  expect((await server.call("DELETE", "/guests/web1", { as })).statusCode).toBe(200);
});
