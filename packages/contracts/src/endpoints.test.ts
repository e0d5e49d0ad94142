import { describe, expect, it } from "vitest";
import { createClient } from "./client.ts";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";

const all = Object.entries(endpoints) as [string, Endpoint][];

describe("the endpoints", () => {
  it("have each a method and path of their own", () => {
    const routes = all.map(([, { method, path }]) => `${method} ${path.replace(/:\w+/g, ":")}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  it("say who may call them, and describe every parameter in their path", () => {
    for (const [name, endpoint] of all) {
      expect(endpoint.access, name).toBeDefined();
      expect(/:\w/.test(endpoint.path), name).toBe(endpoint.params !== undefined);
    }
  });

  it("answer with a body exactly when they do not answer 204", () => {
    for (const [name, { status, response, contentType }] of all) {
      expect(status === 204, name).toBe(response === undefined && contentType === undefined);
    }
  });
});

describe("the client", () => {
  it("puts parameters into the path and the query, encoded, and parses the answer", async () => {
    const calls: string[] = [];
    const client = createClient("http://x", async (url, init) => {
      calls.push(`${init.method} ${url}`);
      return new Response(JSON.stringify({ text: "a", from: 0, next: 1 }));
    });
    expect(await client.taskOutput({ params: { id: "a/b" }, query: { since: 7 } })).toEqual({
      text: "a",
      from: 0,
      next: 1,
    });
    expect(calls).toEqual(["GET http://x/api/v1/tasks/a%2Fb/output?since=7"]);
  });

  it("rejects with the server's own code and words", async () => {
    const error = { code: "wrong_state", message: "It is off.", requestId: "1" };
    const client = createClient("", async () => new Response(JSON.stringify({ error }), { status: 409 }));
    await expect(client.getGuest({ params: { id: "web1" } })).rejects.toMatchObject({
      code: "wrong_state",
      message: "It is off.",
    });
  });

  it("does not take a proxy's page for an answer of Corral's", async () => {
    const client = createClient("", async () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(client.me({})).rejects.toMatchObject({ code: "internal", message: expect.stringContaining("502") });
  });
});
