import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";
import { page } from "./page.ts";

const built = async () => {
  const folder = mkdtempSync(join(tmpdir(), "corral-page-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<title>Corral</title>");
  writeFileSync(join(folder, "assets", "app-1234.js"), "1");
  const http = fastify();
  onTestFinished(() => http.close());
  await page(http, folder);
  return (url: string, headers = {}) => http.inject({ url, headers });
};

test("hashed files are kept for ever, the page itself is asked for each time", async () => {
  const get = await built();
  expect((await get("/assets/app-1234.js")).headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  const index = await get("/");
  expect([index.body, index.headers["cache-control"]]).toEqual(["<title>Corral</title>", "no-cache"]);
});

test("every address of the page is the page; a missing file or endpoint is not", async () => {
  const get = await built();
  for (const path of ["/", "/guests/web1?tab=log", "/herd", "/seen-by/alice", "/link", "/login?to=%2Fherd"]) {
    const { statusCode, body, headers } = await get(path);
    expect([statusCode, body, headers["cache-control"]], path).toEqual([200, "<title>Corral</title>", "no-cache"]);
  }
  for (const path of [
    "/metrics",
    "/nothing",
    "/guests/web1/con0",
    "/wp-admin",
    "/assets/old-99.js",
    "/api/v1/nothing",
    "/api/nothing",
    "/../../etc/passwd.txt",
    "/%2e%2e/secret.db",
  ]) {
    expect((await get(path)).statusCode, path).toBe(404);
  }
});

test("a person who is lost is told so by the page, a program in the form of all errors", async () => {
  const server = await TestServer.open();
  const get = await built();
  const page = await get("/guest/web1", { accept: "text/html,application/xhtml+xml" });
  expect([page.statusCode, page.body]).toEqual([404, "<title>Corral</title>"]);
  expect((await get("/api/v1/nothing", { accept: "text/html" })).body).not.toContain("<title>");
  const metrics = await server.http.inject({ url: "/metrics", headers: { host: "127.0.0.1:7070" } });
  expect([metrics.statusCode, metrics.json().error.code]).toEqual([404, "not_found"]);
});

test("no script runs that is not a file of ours", async () => {
  const server = await TestServer.open();
  const { headers } = await server.call("GET", "/health");
  expect(headers["content-security-policy"]).toContain("script-src 'self';");
  expect(headers).toMatchObject({
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  expect(headers["strict-transport-security"]).toBeUndefined();
});

test("the API is described, every endpoint with its schemas", async () => {
  const server = await TestServer.open();
  const inject = (url: string) => server.http.inject({ url, headers: { host: "127.0.0.1:7070" } });
  const { paths } = (await inject("/api/docs/json")).json();
  const create = paths["/api/v1/guests"].post;
  expect(create).toMatchObject({ operationId: "createGuest", tags: ["guests"] });
  expect(create.requestBody.content["application/json"].schema.required).toEqual(["name"]);
  expect(paths["/api/v1/guests/{id}"].get.parameters).toMatchObject([{ name: "id", in: "path", required: true }]);
  expect(paths["/api/v1/guests/{id}/consoles/{name}/attach"]).toBeUndefined();
  expect(Object.keys(paths).filter((path) => !path.startsWith("/api/v1/"))).toEqual([]);
  expect((await inject("/api/docs")).body).toContain("swagger-ui");
});
