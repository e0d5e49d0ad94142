import { type Access, type EndpointName, type ErrorCode, endpoints, type Role } from "@corral/contracts";
import fastify from "fastify";
import { expect, test } from "vitest";
import { includesRole } from "./access.ts";
import { authentication } from "./plugins/authentication.ts";
import { callOf, ENDPOINT_NAMES } from "./testing/calls.ts";
import { type Login, TestServer } from "./testing/testServer.ts";

/** What came of a call: that it was let through, whatever came then, or why not. */
type Verdict = "let through" | Extract<ErrorCode, "not_logged_in" | "not_allowed" | "not_found">;

const callers = async (server: TestServer) => {
  const owner = await server.user("owner", "user");
  return {
    anonymous: undefined,
    owner,
    stranger: await server.user("stranger", "user"),
    operator: await server.user("operator", "operator"),
    admin: await server.user("admin", "admin"),
  };
};

const expected = (access: Access, name: string, role: Role | undefined): Verdict => {
  if ("public" in access) return "let through";
  if (role === undefined) return "not_logged_in";
  if (!includesRole(role, access.role)) return "not_allowed";
  return access.guest !== undefined && name === "stranger" ? "not_found" : "let through";
};

const verdictOf = async (server: TestServer, endpoint: EndpointName, guestId: string, as: Login | undefined) => {
  const { method, path, body } = callOf(endpoint, guestId);
  const response = await server.call(method, path, { as, body });
  const code = response.statusCode < 400 ? undefined : (response.json().error.code as ErrorCode);
  const isVerdict = code === "not_logged_in" || code === "not_allowed" || code === "not_found";
  // What the endpoint itself does not find is another not_found than that of a guest one may not see.
  const isAboutGuest = "guest" in endpoints[endpoint].access;
  return isVerdict && (code !== "not_found" || isAboutGuest) ? code : "let through";
};

test.each(ENDPOINT_NAMES)("%s lets through exactly whom its description names", async (endpoint) => {
  const server = await TestServer.open();
  server.stock();
  for (const [name, as] of Object.entries(await callers(server))) {
    const response = await server.call("POST", "/guests", {
      as: await server.user(`owner-for-${name}`, "user"),
      body: { name: `guest-for-${name}`, image: "demo" },
    });
    const owner = server.store.users.find("owner");
    const guest = server.store.guests.find(response.json().id);
    if (owner === null || guest === null) throw new Error("the guest was not made");
    server.store.guests.update(guest.id, guest.definition, { ...guest, ownerId: owner.id });

    const verdict = await verdictOf(server, endpoint, guest.id, as);
    expect([name, verdict]).toEqual([name, expected(endpoints[endpoint].access, name, as?.user.role)]);
  }
});

test("what one may not see is answered exactly like what does not exist", async () => {
  const server = await TestServer.open();
  server.stock();
  const { owner, stranger } = await callers(server);
  await server.call("POST", "/guests", { as: owner, body: { name: "secret", image: "demo" } });
  const hidden = await server.call("GET", "/guests/secret", { as: stranger });
  const absent = await server.call("GET", "/guests/nothing", { as: stranger });
  expect(hidden.statusCode).toBe(404);
  expect(hidden.json().error.message).toBe(absent.json().error.message);
  const list = await server.call("GET", "/guests", { as: stranger });
  expect(list.json()).toEqual({ items: [], nextCursor: null, total: 0 });
});

test("a route that does not say who may call it cannot be registered", async () => {
  const { services } = await TestServer.open();
  const api = fastify();
  authentication(api, services);
  expect(() => api.get("/open", () => "")).toThrow("does not say who may call it");
});
