import { CLOSE, type Grant } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { TestSocket } from "../testing/testSocket.ts";

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  const [ada, owner, bob] = [
    await server.user("ada", "admin"),
    await server.user("owner", "user"),
    await server.user("bob", "user"),
  ];
  await server.call("POST", "/guests", { as: owner, body: { name: "web1", image: "demo" } });
  const share = (grants: Grant[]) => server.call("PATCH", "/guests/web1/access", { as: owner, body: { grants } });
  const seenBy = async (as: typeof bob) => (await server.call("GET", "/guests/web1", { as })).json().right ?? null;
  return { server, ada, owner, bob, share, seenBy };
};

test("what is shared is seen, and no more is done with it than was shared", async () => {
  const { server, owner, bob, share, seenBy } = await opened();
  expect(await seenBy(bob)).toBeNull();
  const shared = await share([{ kind: "user", name: "bob", right: "use" }]);
  expect(shared.json()).toEqual({ owner: "owner", grants: [{ kind: "user", name: "bob", right: "use" }] });
  expect([await seenBy(bob), await seenBy(owner)]).toEqual(["use", "manage"]);
  expect((await server.call("GET", "/guests", { as: bob })).json().total).toBe(1);
  expect((await server.call("GET", "/guests/web1/access", { as: bob })).json().error.code).toBe("not_allowed");
  const events = (await server.call("GET", "/events", { as: bob })).json().items;
  expect(events.map(({ message }: { message: string }) => message)).toContain("owner shared web1 with user bob to use");
  await share([]);
  expect(await seenBy(bob)).toBeNull();
  expect((await server.call("GET", "/events", { as: bob })).json().items).toEqual([]);
});

test("a group's members have what was shared with it, as long as they are in it", async () => {
  const { server, ada, bob, share, seenBy } = await opened();
  expect((await share([{ kind: "group", name: "team", right: "watch" }])).json().error).toMatchObject({
    code: "impossible",
    details: [{ field: "grants.0.name" }],
  });
  expect((await server.call("POST", "/groups", { as: ada, body: { name: "team", members: ["bob"] } })).statusCode).toBe(
    201,
  );
  await share([{ kind: "group", name: "team", right: "watch" }]);
  expect(await seenBy(bob)).toBe("watch");
  await server.call("PATCH", "/groups/team", { as: ada, body: { members: [] } });
  expect(await seenBy(bob)).toBeNull();
});

test("an open console ends when the right to it is taken away or made less", async () => {
  const { server, bob, share } = await opened();
  for (const left of [[], [{ kind: "user", name: "bob", right: "watch" }]] satisfies Grant[][]) {
    await share([{ kind: "user", name: "bob", right: "use" }]);
    const socket = await TestSocket.open(server, "/guests/web1/consoles/con0/attach", { as: bob });
    while (server.services.sockets.size === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await share(left);
    expect(await socket.closed).toMatchObject({ code: CLOSE.notFound });
  }
});

test("the same is not named twice, and nothing is kept of what is refused", async () => {
  const { server, owner, share } = await opened();
  const bob = { kind: "user", name: "bob", right: "use" } as const;
  await share([bob]);
  expect((await share([bob, { ...bob, right: "watch" }])).json().error.code).toBe("invalid_request");
  expect(
    (
      await share([
        { ...bob, right: "watch" },
        { ...bob, name: "nobody" },
      ])
    ).json().error.code,
  ).toBe("impossible");
  expect((await server.call("GET", "/guests/web1/access", { as: owner })).json().grants).toEqual([bob]);
});
