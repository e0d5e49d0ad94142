import { CLOSE, EXEC_INPUT_MAXIMUM_BYTES } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

test("what is done inside a guest needs one that runs, and whoever may not even see it is told nothing", async () => {
  const server = await TestServer.open();
  const ada = await server.user("ada", "admin");
  const bob = await server.user("bob", "user");
  server.stock();
  const { id } = (await server.call("POST", "/guests", { as: ada, body: { name: "web1", image: "demo" } })).json();
  const calls = [
    ["POST", `/guests/${id}/exec`, { command: ["true"] }],
    ["GET", `/guests/${id}/processes`, undefined],
    ["GET", `/guests/${id}/network`, undefined],
    ["GET", `/guests/${id}/sockets`, undefined],
    ["GET", `/guests/${id}/file?path=/etc/passwd`, undefined],
    ["POST", `/guests/${id}/file`, { path: "/x", upload: "abcdefgh", offset: 0, content: "", last: true }],
  ] as const;
  for (const [method, path, body] of calls) {
    const call = (as: typeof ada) => server.call(method, path, { as, ...(body === undefined ? {} : { body }) });
    expect((await call(ada)).json()).toMatchObject({ error: { code: "wrong_state" } });
    expect((await call(bob)).statusCode).toBe(404);
  }
  expect(server.store.events.after(0, 100, {}).map(({ type }) => type)).not.toContain("guest.exec");
});

test.each([
  ["no words", { command: [] }],
  ["an empty word", { command: [""] }],
  ["a NUL", { command: ["a\0b"] }],
  ["a word that is too long", { command: ["x".repeat(20_000)] }],
  ["input that is no base64", { command: ["cat"], input: "not base64!" }],
  ["too much input", { command: ["cat"], input: Buffer.alloc(EXEC_INPUT_MAXIMUM_BYTES + 3).toString("base64") }],
  ["too much time", { command: ["cat"], timeoutMs: 1e9 }],
  ["words that are no list", { command: "ls" }],
])("a command that cannot be is refused: %s", async (_what, body) => {
  const server = await TestServer.open();
  const ada = await server.user("ada", "admin");
  server.stock();
  await server.call("POST", "/guests", { as: ada, body: { name: "web1", image: "demo" } });
  const answer = await server.call("POST", "/guests/web1/exec", { as: ada, body });
  expect(answer.statusCode).toBe(400);
});

test("the socket of a command takes what it should, and nothing else", async () => {
  const server = await TestServer.open();
  const ada = await server.user("ada", "admin");
  const bob = await server.user("bob", "user");
  server.stock();
  await server.call("POST", "/guests", { as: ada, body: { name: "web1", image: "demo" } });
  const exec = (as: typeof ada) => TestSocket.open(server, "/guests/web1/exec", { as });
  expect(await (await exec(bob)).closed).toMatchObject({ code: CLOSE.notFound });

  const off = await exec(ada);
  off.send({ type: "run", command: ["true"] });
  expect(await off.frame(({ type }) => type === "error")).toMatchObject({ code: "wrong_state" });
  expect(await off.closed).toMatchObject({ code: 1000 });

  for (const frame of [{ type: "kill" }, { type: "run", command: [] }, { type: "run", command: ["a\0b"] }, "rubbish"]) {
    const socket = await exec(ada);
    socket.send(frame);
    expect(await socket.closed).toMatchObject({ code: CLOSE.badFrame });
  }
  const early = await exec(ada);
  early.socket.send(Buffer.from("input"));
  expect(await early.closed).toMatchObject({ code: CLOSE.badFrame });
});
