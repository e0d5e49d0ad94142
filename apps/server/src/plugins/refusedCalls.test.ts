import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

test("calls that are refused again and again are one event for the first and one with the number of the others", async () => {
  const server = await TestServer.open();
  server.stock();
  const alice = await server.user("alice", "user");
  const refused = () => server.store.events.list({ limit: 100, type: "call.refused" });

  for (let poll = 0; poll < 36; poll += 1) {
    expect((await server.call("DELETE", "/images/demo", { as: alice })).statusCode).toBe(403);
  }
  expect((await server.call("DELETE", "/kernels/linux", { as: alice })).statusCode).toBe(403);
  expect(refused().map(({ message, data }) => [message.slice(0, 40), data])).toEqual([
    ["alice could not: DELETE /api/v1/kernels/", { code: "not_allowed" }],
    ["alice could not: DELETE /api/v1/images/:", { code: "not_allowed" }],
  ]);

  // What was counted is told at the latest when the server stops.
  await server.http.close();
  expect(refused()[0]).toMatchObject({
    message: expect.stringMatching(/^alice could not 35 times more: DELETE .*images/),
    actor: "alice",
    result: "refused",
    data: { code: "not_allowed", again: 35 },
  });
  expect(refused()).toHaveLength(3);
});

test("a script that is refused everything there is leaves a bounded number of events, and none is left uncounted", async () => {
  const server = await TestServer.open();
  const alice = await server.user("alice", "user");
  for (let id = 0; id < 100; id += 1) await server.call("DELETE", `/guests/none${id}`, { as: alice });
  await server.http.close();
  const told = server.store.events.list({ limit: 200, type: "call.refused" });
  expect(told.length).toBeLessThan(40);
  expect(told.reduce((sum, { data }) => sum + Number(data.again ?? 1), 0)).toBe(100);
});
