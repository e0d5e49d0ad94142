import type { ServerFrame } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ulf", "user");
  await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  const attach = async (login = as) => {
    const socket = await TestSocket.open(server, "/guests/web1/consoles/con0/attach", { as: login });
    socket.send({ type: "attach", cols: 80, rows: 24 });
    await socket.frame<ServerFrame>(({ type }) => type === "hello");
    return socket;
  };
  return { server, as, attach };
};

test("a console is shared, which viewers, events and the next server know", async () => {
  const { server, as, attach } = await opened();
  const ada = await server.user("ada", "operator");
  const first = await attach();
  const second = await attach(ada);
  expect(first.frames[0]).toMatchObject({ role: "writer", right: "manage", rules: { shared: false, recorded: false } });
  const change = (body: object) => server.call("PATCH", "/guests/web1/typing", { as, body });
  expect((await change({ shared: ["con0", "con0"] })).json()).toEqual({ shared: ["con0"], recorded: false });
  expect(await second.frame<ServerFrame>(({ type }) => type === "rules")).toMatchObject({ rules: { shared: true } });
  expect(await second.frame<ServerFrame>(({ type }) => type === "role")).toMatchObject({ role: "cowriter" });

  await change({ recorded: true });
  expect((await server.call("GET", "/guests/web1/typing", { as })).json()).toEqual({
    shared: ["con0"],
    recorded: true,
  });
  expect((await change({ shared: ["con9"] })).json().error.message).toContain("con9");
  expect((await change({ shared: ["../x"] })).statusCode).toBe(400);
  expect(server.store.typing.of(server.store.guests.find("web1")?.id ?? "")).toEqual({
    shared: ["con0"],
    recorded: true,
  });
  const events = server.store.events
    .list({ limit: 10 })
    .filter(({ type }) => type.startsWith("console."))
    .slice(0, 2);
  expect(events.map(({ type, actor, data }) => [type, actor, data])).toEqual([
    ["console.recording", "ulf", { recorded: true }],
    ["console.shared", "ulf", { console: "con0", shared: true }],
  ]);
});

test("what is stored holds from the first viewer on after a restart", async () => {
  const { server, as, attach } = await opened();
  await server.call("PATCH", "/guests/web1/typing", { as, body: { shared: ["con0"] } });
  const { id } = server.store.guests.find("web1") ?? { id: "" };
  server.supervisor.setTyping(id, { shared: [], recorded: false });
  server.services.typing.applyAll();
  expect((await attach()).frames[0]).toMatchObject({ rules: { shared: true } });
});

test("what was typed is read by who manages, and there is nothing where nothing was recorded", async () => {
  const { server, as } = await opened();
  expect((await server.call("GET", "/guests/web1/typed", { as })).json()).toEqual({
    items: [],
    nextCursor: null,
    total: 0,
  });
});
