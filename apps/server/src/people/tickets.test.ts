import { CLOSE, type ServerFrame } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  const alice = await server.user("alice", "user");
  for (const name of ["web1", "web2"])
    await server.call("POST", "/guests", { as: alice, body: { name, image: "demo" } });
  const { secret } = server.services.tokens.create(alice.user, "t", { scope: "read", guestIds: null, expiresAt: null });
  const ticket = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${secret}` };
    return (await server.call("POST", "/guests/web1/consoles/con0/tickets", { headers })).json().ticket;
  };
  // As a page elsewhere does, which has neither a cookie nor the right origin.
  const socket = (guest: string, ticket: string) =>
    TestSocket.open(server, `/guests/${guest}/consoles/con0/attach?ticket=${ticket}`, {
      headers: { origin: "https://elsewhere.example" },
    });
  return { server, alice, ticket, socket };
};

test("a ticket opens its console once, with the rights of whoever asked for it", async () => {
  const { server, ticket, socket } = await opened();
  const one = await ticket();
  const first = await socket("web1", one);
  first.send({ type: "attach", cols: 80, rows: 24 });
  const hello = await first.frame<ServerFrame>(({ type }) => type === "hello");
  expect(hello).toMatchObject({ role: "spy", right: "watch" });
  expect(server.store.events.list({ limit: 1 })[0]).toMatchObject({
    type: "console.attached",
    actor: "alice",
    by: "token",
  });

  const again = await socket("web1", one);
  expect(await again.closed).toMatchObject({ code: CLOSE.notLoggedIn });
  const other = await socket("web2", await ticket());
  expect(await other.closed).toMatchObject({ code: CLOSE.notLoggedIn });
  const madeUp = await socket("web1", "x".repeat(43));
  expect(await madeUp.closed).toMatchObject({ code: CLOSE.notLoggedIn });
  expect(server.logged.join("")).not.toContain(one);
});

test("an old ticket opens nothing, and one beside a cookie is judged alone", async () => {
  const { server, alice, socket } = await opened();
  const guest = server.store.guests.find("web1");
  if (guest === null) throw new Error("the guest was not made");
  const caller = { user: alice.user, by: "token", actor: "alice", credential: null, from: "here" } as const;
  const { ticket } = server.services.tickets.create(caller, guest, "con0", Date.now() - 60_000);
  expect(await (await socket("web1", ticket)).closed).toMatchObject({ code: CLOSE.notLoggedIn });
  const path = "/guests/web1/consoles/con0/attach?ticket=made-up";
  const both = await TestSocket.open(server, path, { as: alice, headers: { origin: "https://elsewhere.example" } });
  expect(await both.closed).toMatchObject({ code: CLOSE.notLoggedIn });
});
