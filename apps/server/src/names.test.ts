import { expect, test } from "vitest";
import { checkNames, untangleNames } from "./names.ts";
import { TestServer } from "./testing/testServer.ts";

const ID_LIKE = "abcdefgh01234567";

test("whatever is named like an id is refused by name, in every way of naming it", async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ada", "admin");
  const { id } = (await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } })).json();
  await server.call("POST", "/groups", { as, body: { name: "team" } });
  const sizes = [{ name: "small", memoryMiB: 64 }];
  await server.call("POST", "/templates", { as, body: { name: "demos", image: "demo", sizes } });
  const wishes = [
    ["POST", "/guests", { name: id, image: "demo" }, 400],
    ["PATCH", "/guests/web1", { name: ID_LIKE }, 422],
    ["POST", "/users", { name: id }, 400],
    ["PATCH", "/users/ada", { name: ID_LIKE }, 422],
    ["POST", "/groups", { name: ID_LIKE }, 400],
    ["PATCH", "/groups/team", { name: ID_LIKE }, 422],
    ["POST", "/templates", { name: ID_LIKE, image: "demo", sizes }, 400],
    ["PATCH", "/templates/demos", { name: ID_LIKE }, 422],
    ["POST", "/templates/demos/guests", { name: ID_LIKE, size: "small" }, 400],
    ["POST", "/images/file", { name: ID_LIKE, path: "/srv/some.img" }, 400],
    ["POST", "/images/debian", { name: ID_LIKE }, 400],
    ["POST", "/kernels", { name: ID_LIKE, path: "/usr/bin/linux.uml" }, 400],
  ] as const;
  for (const [method, path, body, status] of wishes) {
    const answer = await server.call(method, path, { as, body });
    expect([answer.statusCode, answer.json().error?.details], `${method} ${path}`).toEqual([
      status,
      [{ field: "name", message: expect.stringContaining("so are ids") }],
    ]);
  }
  expect(server.store.names.idLike()).toEqual([]);
});

// No way of today gives such names, so that a list of them stands in for a database of an older version.
const older = {
  idLike: () => [{ kind: "guest", name: ID_LIKE }] as const,
  untangle: () => [{ kind: "user", id: "u".repeat(16), before: ID_LIKE, after: `${ID_LIKE}-2`, other: "bob" }] as const,
};

test("an admin reads which names an older version took, and which was replaced, and what to do", async () => {
  const server = await TestServer.open();
  const store = Object.assign(server.store, { names: older });
  untangleNames(store, server.services.events);
  const [event] = server.store.events.list({ limit: 1 });
  expect(event).toMatchObject({ type: "name.replaced", subject: "u".repeat(16) });
  expect(event?.message).toMatch(/user that was named abcdefgh01234567 is now named abcdefgh01234567-2.*bob.*Rename/);

  expect(checkNames(store)).toMatchObject([{ id: "names", status: "warning", found: `guest ${ID_LIKE}` }]);
  const checksOf = async (as: Awaited<ReturnType<TestServer["user"]>>) =>
    ((await server.call("GET", "/health", { as })).json().checks as { id: string }[]).map(({ id }) => id);
  expect(await checksOf(await server.user("ada", "admin"))).toContain("names");
  expect(await checksOf(await server.user("eve", "user"))).not.toContain("names");
});
