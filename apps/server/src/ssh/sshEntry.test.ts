import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { SshConnectionOf } from "../testing/sshConnection.ts";
import { type Login, PASSWORD, TestServer } from "../testing/testServer.ts";
import { hostKeyOf } from "./hostKey.ts";
import { SshDoor } from "./sshDoor.ts";
import { SshEntry } from "./sshEntry.ts";

/** A port that somebody listens on, until `free` is called. */
const takenPort = async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { port, free: () => once(server.close(), "close") };
};

const opened = async (isOpen: boolean | null = null) => {
  const settings = { isOpen, host: "127.0.0.1", port: null };
  const server = await TestServer.open({ ssh: settings });
  const { services, http } = server;
  const newDoor = (hostKey: ReturnType<typeof hostKeyOf>) =>
    new SshDoor({ services, http, hostKey, log: pino({ level: "silent" }) });
  await services.sshEntry.begin(newDoor);
  onTestFinished(() => services.sshEntry.close());
  const [ada, alice] = [await server.user("ada", "admin"), await server.user("alice", "user")];
  const change = async (body: object, as: Login = ada) =>
    (await server.call("PATCH", "/ssh-door", { as, body })).json();
  const state = async () => (await server.call("GET", "/ssh-door", { as: alice })).json();
  /** The same data folder at the next start. */
  const nextStart = () => new SshEntry({ settings, home: server.home, store: server.store, events: services.events });
  return { server, alice, change, state, newDoor, nextStart };
};

test("an admin opens the door, moves it and shuts it, and the next start knows", async () => {
  const { server, alice, change, state, newDoor, nextStart } = await opened();
  expect(await state()).toEqual({
    isOpen: false,
    decidedBy: "nobody",
    host: "127.0.0.1",
    port: 2222,
    fingerprint: null,
  });
  const [taken, first, second] = [await takenPort(), await takenPort(), await takenPort()];
  await Promise.all([first.free(), second.free()]);
  expect((await change({ isOpen: true, port: first.port }, alice)).error.code).toBe("not_allowed");
  expect((await change({ isOpen: true, port: 0 })).error.code).toBe("invalid_request");

  const open = await change({ isOpen: true, port: first.port });
  expect(open).toMatchObject({ isOpen: true, decidedBy: "people", port: first.port });
  expect(open.fingerprint).toBe(hostKeyOf(server.home).fingerprint);
  const connection = await SshConnectionOf.open(first.port, "alice", PASSWORD);
  expect(await connection.run("list")).toMatchObject({ code: 0, out: "No guests.\n" });

  // What cannot be leaves everything as it is.
  expect((await change({ port: taken.port })).error.code).toBe("host_unfit");
  expect(await connection.run("list")).toMatchObject({ code: 0 });
  expect(await state()).toEqual(open);

  // Two at once do not leave a door open that nobody knows of.
  await Promise.all([change({ port: second.port }), change({ isOpen: false }), change({ isOpen: true })]);
  expect(await state()).toMatchObject({ isOpen: true, port: second.port });
  await expect(SshConnectionOf.open(first.port, "alice", PASSWORD)).rejects.toThrow("ECONNREFUSED");
  await change({ isOpen: false });
  await expect(SshConnectionOf.open(second.port, "alice", PASSWORD)).rejects.toThrow("ECONNREFUSED");
  expect(nextStart().isUndecided).toBe(false);
  await change({ isOpen: true });
  await server.services.sshEntry.close();
  const next = nextStart();
  await next.begin(newDoor);
  onTestFinished(() => next.close());
  expect(next.state).toEqual({ ...open, port: second.port });
  expect(server.store.events.list({ limit: 1, type: "ssh.changed" })[0]).toMatchObject({
    actor: "ada",
    message: `ada opened the ssh door at port ${second.port}`,
  });
});

test("where the start decides, nobody else does", async () => {
  const { change, state, nextStart } = await opened(false);
  expect(await state()).toMatchObject({ isOpen: false, decidedBy: "start" });
  expect((await change({ isOpen: true })).error).toMatchObject({ code: "wrong_state" });
  expect(nextStart().isUndecided).toBe(false);
});
