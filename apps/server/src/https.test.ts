import { get as getInTheClear, type IncomingMessage } from "node:http";
import { request } from "node:https";
import { expect, test } from "vitest";
import { certificateFor, filesWith } from "./testing/certificate.ts";
import { PASSWORD, TestServer } from "./testing/testServer.ts";

test("with a certificate of its own the server speaks HTTPS alone, and its cookies never leave it", async () => {
  const pem = await certificateFor("localhost");
  const server = await TestServer.open({ tls: filesWith(pem), port: 7443 });
  await server.user("ada", "admin");
  const port = await server.listen();
  const origin = `https://localhost:${port}`;
  const body = JSON.stringify({ name: "ada", password: PASSWORD });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { origin, "content-type": "application/json" };
    request(`${origin}/api/v1/session`, { method: "POST", ca: pem.cert, headers }, resolve)
      .on("error", reject)
      .end(body);
  });
  answer.resume();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["set-cookie"]?.[0]).toMatch(/^__Host-corral=[\w-]{43};.*HttpOnly; Secure; SameSite=Strict$/);
  expect(answer.headers["strict-transport-security"]).toMatch(/^max-age=\d+/);
  const inTheClear = new Promise((resolve, reject) => {
    getInTheClear(`http://localhost:${port}/api/v1/health`, resolve).on("error", reject);
  });
  await expect(inTheClear).rejects.toThrow();
});
