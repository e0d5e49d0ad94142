import { errorAnswer } from "@corral/contracts";
import { expect, test } from "vitest";
import { callOf, ENDPOINT_NAMES } from "./testing/calls.ts";
import { TestServer } from "./testing/testServer.ts";

const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);

/** Bodies that no endpoint expects. */
const ODD_BODIES: readonly unknown[] = [
  null,
  0,
  "",
  "text",
  true,
  [],
  {},
  { name: null },
  { name: "../../etc/passwd" },
  { name: "a".repeat(100_000) },
  { name: "web1", image: "demo", disks: deep(500) },
  { name: "web1", image: "demo", memoryMiB: 1e308 },
  { name: "web1", image: "demo", tags: Array(10_000).fill("x") },
  { name: "web1\nx", "\u0000": "\u0000", constructor: { prototype: 1 } },
  { secret: "\u202e".repeat(43), password: [] },
  { path: "/../../etc/shadow", label: "\u001b[2J" },
];

/** Ids and queries that no endpoint expects. */
const ODD_IDS = ["..", "%2e%2e%2fetc", "%00", "%ff", "%zz", "a".repeat(5_000), "'%20OR%201=1--", "%F0%9F%90%8E", "-"];
const ODD_QUERIES = [
  "?limit=-1",
  "?limit=1e99",
  "?cursor=%00",
  "?cursor=eyJ9",
  "?sort=__proto__",
  "?q[]=1",
  "?x=1&x=2",
  "?since=NaN",
];

test.each(ENDPOINT_NAMES)(
  "%s answers odd input with a precise error or does its work, never with a 500",
  async (name) => {
    const server = await TestServer.open();
    server.stock();
    const as = await server.user("admin", "admin");
    await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
    const { method, path, body } = callOf(name, "web1");
    const takesBody = method !== "GET";
    const calls = [
      ...(takesBody ? ODD_BODIES.map((odd) => ({ path, body: JSON.stringify(odd) })) : []),
      ...(takesBody
        ? ["{", '{"a":', "\u0000", '{"__proto__":{}}', "[".repeat(10_000)].map((text) => ({ path, body: text }))
        : []),
      ...ODD_IDS.map((id) => ({ path: callOf(name, id).path, body: body && JSON.stringify(body) })),
      ...ODD_QUERIES.map((query) => ({ path: path.split("?")[0] + query, body: body && JSON.stringify(body) })),
    ];
    for (const call of calls) {
      const headers = call.body === undefined ? {} : { "content-type": "application/json" };
      const response = await server.call(method, call.path, { as, body: call.body, headers });
      const what = `${method} ${call.path.slice(0, 80)} ${String(call.body).slice(0, 80)}: ${response.body.slice(0, 200)}`;
      expect(response.statusCode, what).toBeLessThan(500);
      if (response.statusCode >= 400) {
        const { error } = errorAnswer.parse(response.json());
        expect(error.message.length, what).toBeGreaterThan(10);
      }
    }
    expect(server.logged.filter((line) => line.includes('"level":50'))).toEqual([]);
  },
);

test("each wrong field is named by its path", async () => {
  const server = await TestServer.open();
  const as = await server.user("admin", "admin");
  const body = { name: "Web 1", disks: [{ ubd: 0, source: { kind: "image", image: "/x" } }], colour: "red" };
  const response = await server.call("POST", "/guests", { as, body });
  expect(response.statusCode).toBe(400);
  const { error } = errorAnswer.parse(response.json());
  expect(error.code).toBe("invalid_request");
  expect(error.details?.map(({ field }) => field)).toEqual(["name", "disks.0.source.image", "colour"]);
  expect(error.message).toContain("name: must be 1 to 63");
  expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test.each([
  ["a body that is too large", { body: JSON.stringify({ label: "x".repeat(2 ** 20) }) }, 413, "body_too_large"],
  ["a body that is no JSON", { headers: { "content-type": "text/plain" }, body: "x" }, 415, "unsupported_media_type"],
  [
    "a form",
    { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=b" },
    415,
    "unsupported_media_type",
  ],
  ["malformed JSON", { body: "{" }, 400, "invalid_request"],
  ["an empty body that was announced", { body: "" }, 400, "invalid_request"],
  ["no body", {}, 400, "invalid_request"],
])("%s is refused", async (_what, request, status, code) => {
  const server = await TestServer.open();
  const as = await server.user("alice", "user");
  const headers = { "content-type": "application/json" };
  const response = await server.call("POST", "/tokens", { as, headers, ...request });
  expect([response.statusCode, response.json().error.code]).toEqual([status, code]);
});

test.each([
  ["GET", "/nothing"],
  ["DELETE", "/guests"],
  ["POST", "/health"],
  ["GET", "/guests/web1/consoles/con0/attach"],
] as const)("%s %s is not there", async (method, path) => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("admin", "admin");
  await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  const response = await server.call(method, path, { as });
  expect([response.statusCode, response.json().error.code]).toEqual([404, "not_found"]);
});

test("a defect is a 500 that says nothing of its inside, and is logged once with its trace", async () => {
  const server = await TestServer.open();
  const as = await server.user("admin", "admin");
  server.store.close();
  const response = await server.call("GET", "/guests", { as });
  expect(response.statusCode).toBe(500);
  expect(response.json().error.message).not.toContain("database");
  expect(server.logged.filter((line) => line.includes('"level":50'))).toHaveLength(1);
});
