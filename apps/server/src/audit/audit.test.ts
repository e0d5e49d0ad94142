import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { CorralEvent } from "@corral/contracts";
import { expect, onTestFinished, test, vi } from "vitest";
import { EventLog } from "../events/eventLog.ts";
import { type Login, PASSWORD, TestServer } from "../testing/testServer.ts";
import { signatureOf } from "./postSigned.ts";
import { Webhook } from "./webhook.ts";

/** Reached by a failure only. */
const PATIENCE = { timeout: 20_000, interval: 10 };

const opened = async () => {
  const server = await TestServer.open();
  server.stock();
  return { server, ada: await server.user("ada", "admin"), alice: await server.user("alice", "user") };
};

const eventsOf = async (server: TestServer, as: Login, query: string): Promise<CorralEvent[]> =>
  (await server.call("GET", `/events${query}`, { as })).json().items;

test("events are found by who, what, how, when, result and text, and exported as lines", async () => {
  const { server, ada, alice } = await opened();
  const { id } = (await server.call("POST", "/guests", { as: alice, body: { name: "web1", image: "demo" } })).json();
  await server.call("PATCH", "/guests/web1", { as: ada, body: { description: "100%" } });
  await server.call("POST", "/session", { body: { name: "alice", password: "wrong password" } });
  await server.call("DELETE", "/images/demo", { as: alice });
  await server.call("POST", "/guests/web1/actions/shutdown", { as: alice });

  const types = async (query: string) => (await eventsOf(server, ada, query)).map(({ type }) => type);
  expect(await types("?actor=alice&by=session")).toEqual(["call.refused", "call.refused", "guest.created"]);
  expect(await types("?guest=web1&result=failed")).toEqual(["call.refused"]);
  expect(await types("?guest=web1&type=guest")).toEqual(["guest.changed", "guest.created"]);
  expect(await types("?type=session.refused&q=ALICE")).toEqual(["session.refused"]);
  expect(await types("?q=%25")).toEqual([]);
  expect(await types("?until=2001-01-01T00:00:00Z")).toEqual([]);
  expect((await types("?since=2001-01-01T00:00:00Z")).length).toBe(5);
  expect((await server.call("GET", "/events?type=%25", { as: ada })).statusCode).toBe(400);

  const [, refused] = await eventsOf(server, ada, "?actor=alice&type=call");
  expect(refused).toMatchObject({ by: "session", from: "127.0.0.1", result: "refused", subject: null });
  expect(refused?.message).toMatch(
    /^alice could not: DELETE \/api\/v1\/images\/:id \(demo\): This needs the role admin/,
  );

  const exported = await server.call("GET", "/events/export?type=guest", { as: ada });
  expect(exported.headers["content-type"]).toBe("application/x-ndjson");
  const lines = exported.body
    .trimEnd()
    .split("\n")
    .map((line): CorralEvent => JSON.parse(line));
  expect(lines.map(({ type, subject }) => [type, subject])).toEqual([
    ["guest.created", id],
    ["guest.changed", id],
  ]);
  const bob = await server.user("bob", "user");
  expect((await server.call("GET", "/events/export", { as: bob })).body).toBe("");
});

test("an export of many events comes in order and whole, a page at a time", async () => {
  const { server, ada } = await opened();
  for (let count = 0; count < 1_001; count += 1) {
    server.store.events.append({ type: "server.started", message: `number ${count}` });
  }
  const { body } = await server.call("GET", "/events/export?type=server", { as: ada });
  const messages = body
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as CorralEvent).message);
  expect(messages).toEqual(Array.from({ length: 1_001 }, (_, count) => `number ${count}`));
});

test("events are kept as long as an admin wants, and what was deleted is said", async () => {
  const { server, ada, alice } = await opened();
  expect((await server.call("PATCH", "/audit", { as: alice, body: { retentionDays: 1 } })).statusCode).toBe(403);
  expect((await server.call("PATCH", "/audit", { as: ada, body: { retentionDays: 0 } })).statusCode).toBe(400);
  const changed = await server.call("PATCH", "/audit", { as: ada, body: { retentionDays: 30 } });
  expect(changed.json()).toEqual({ retentionDays: 30, webhook: null });
  for (let count = 0; count < 1_200; count += 1) {
    server.store.events.append({ type: "server.started", message: `number ${count}` });
  }
  const { retention } = server.services;
  const dayMs = 24 * 3_600_000;
  expect(await retention.run(Date.now() + 29 * dayMs)).toBe(0);
  expect(await retention.run(Date.now() + 31 * dayMs)).toBeGreaterThan(1_200);
  const left = server.store.events.list({ limit: 10 });
  expect(left.map(({ type }) => type)).toEqual(["audit.pruned"]);
});

/** The other side of a webhook: answers with what it is told to, and keeps what it got. */
const receiver = async () => {
  const got: { headers: IncomingMessage["headers"]; body: string }[] = [];
  const answers: number[] = [];
  const http = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    got.push({ headers: request.headers, body });
    response.writeHead(answers.shift() ?? 204, { location: "http://127.0.0.1:1/" }).end();
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close());
  const events = () => got.flatMap(({ body }) => (JSON.parse(body) as { events: CorralEvent[] }).events);
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook?key=secret-in-url`,
    got,
    answers,
    events,
  };
};

test("a webhook gets every event once it answers, signed, and its failures are shown", async () => {
  const { server, ada } = await opened();
  const { url, got, answers, events } = await receiver();
  // One of our own, which is not as patient as the server's.
  const log = new EventLog(server.store);
  const webhook = new Webhook(server.store, log, server.http.log, 20);
  onTestFinished(() => webhook.close());
  const secret = webhook.set({ url, internal: true });

  answers.push(500, 302);
  log.append({ type: "server.started", message: "first" });
  await vi.waitUntil(() => got.length >= 2, PATIENCE);
  await vi.waitUntil(() => events().some(({ type }) => type === "webhook.failing"), PATIENCE);
  await vi.waitUntil(() => webhook.state?.waiting === 0, PATIENCE);
  expect(webhook.state).toMatchObject({ url, failure: null, skipped: 0, lastSuccessAt: expect.any(String) });
  const seqs = new Set(events().map(({ seq }) => seq));
  expect(seqs.size).toBe(2);
  for (const { headers, body } of got) {
    expect(headers["x-corral-signature"]).toBe(signatureOf(secret, String(headers["x-corral-timestamp"]), body));
  }

  // What happened while the other side was away comes when it is back, and each thing once.
  answers.push(...Array.from({ length: 3 }, () => 503));
  for (let count = 0; count < 250; count += 1) log.append({ type: "server.started", message: `later ${count}` });
  await vi.waitUntil(() => webhook.state?.failure?.message === "it answered 503", PATIENCE);
  await vi.waitUntil(() => webhook.state?.waiting === 0, PATIENCE);
  expect(
    new Set(
      events()
        .filter(({ message }) => message.startsWith("later"))
        .map(({ seq }) => seq),
    ).size,
  ).toBe(250);
  const told = JSON.stringify(await eventsOf(server, ada, "?limit=1000"));
  expect(told).toContain("webhook.failing");
  expect(told).not.toContain("secret-in-url");
});

test.each([
  "http://log.example/",
  "https://127.0.0.1/",
  "https://2130706433/",
  "https://[::1]/",
  "https://[::ffff:10.0.0.1]/",
  "https://10.1.2.3/",
  "https://169.254.169.254/latest/meta-data",
  "https://user:pass@log.example/",
  "file:///etc/passwd",
  "not an address",
])("a webhook does not go to %s by surprise", async (url) => {
  const { server, ada } = await opened();
  const answer = await server.call("POST", "/audit/webhook", { as: ada, body: { url } });
  expect([400, 422]).toContain(answer.statusCode);
  expect(answer.json().error.details[0].field).toBe("url");
});

test("a name that leads to this machine is refused when it is connected to", async () => {
  const { server, ada } = await opened();
  const body = { url: "https://localhost:1/hook" };
  const made = await server.call("POST", "/audit/webhook", { as: ada, body });
  expect(made.statusCode).toBe(201);
  await vi.waitUntil(() => server.services.webhook.state?.failure != null, PATIENCE);
  expect((await server.call("GET", "/audit", { as: ada })).json().webhook.failure.message).toContain(
    "localhost is an address of this machine or its networks",
  );
  expect((await server.call("DELETE", "/audit/webhook", { as: ada })).statusCode).toBe(204);
  expect((await server.call("GET", "/audit", { as: ada })).json().webhook).toBe(null);
});

test("no secret is in any event or in the log", async () => {
  const { server, ada } = await opened();
  const secrets = [PASSWORD, ada.cookie.split("=")[1] ?? ""];
  const say = async (method: "POST" | "GET" | "PATCH", path: string, body: object, as: Login | undefined = ada) => {
    const answer = await server.call(method, path, { as, body });
    return answer.json();
  };
  const login = await server.call("POST", "/session", { body: { name: "ada", password: PASSWORD } });
  secrets.push(String(login.headers["set-cookie"]).split(/[=;]/)[1] ?? "");
  await say("POST", "/session", { name: "ada", password: "a guess that is wrong" }, undefined);
  secrets.push("a guess that is wrong");
  secrets.push((await say("POST", "/tokens", { label: "a token" })).secret);
  secrets.push((await say("POST", "/admin-link", {})).url.split("#")[1]);
  secrets.push(
    (await say("POST", "/audit/webhook", { url: "https://127.0.0.1:1/secret-path", internal: true })).secret,
  );
  secrets.push("secret-path");
  await say("POST", "/me/password", { current: "not the present one", password: "the one after it" });
  secrets.push("not the present one", "the one after it");
  const token = await server.call("GET", "/me", {
    headers: { authorization: "Bearer corral_made-up_secret", cookie: "" },
  });
  expect(token.statusCode).toBe(401);
  secrets.push("corral_made-up_secret");

  expect(secrets.every((secret) => secret.length > 8)).toBe(true);
  const told = JSON.stringify(server.store.events.list({ limit: 1_000 })) + server.logged.join("\n");
  expect(told).toContain("a token");
  for (const secret of secrets) expect(told).not.toContain(secret);
});
