import { once } from "node:events";
import { statSync } from "node:fs";
import { request } from "node:http";
import { userInfo } from "node:os";
import { placeSocket } from "@corral/supervisor";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { listenOnAdminSocket } from "./adminSocket.ts";
import { PASSWORD, TestServer } from "./testing/testServer.ts";

const opened = async (trustedProxies: string[] = []) => {
  const origins = trustedProxies.length > 0 ? ["https://corral.example"] : [];
  const server = await TestServer.open({ trustedProxies, origins });
  const socketPath = placeSocket(server.home, "admin.sock");
  const admin = await listenOnAdminSocket(server.http, socketPath);
  onTestFinished(() => {
    admin.close();
    admin.closeAllConnections();
  });
  const call = async (method: string, path: string, body?: object) => {
    const asked = request({
      socketPath,
      method,
      path: `/api/v1${path}`,
      headers: body === undefined ? {} : { "content-type": "application/json" },
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(asked, "response");
    let text = "";
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode as number, json: text === "" ? undefined : JSON.parse(text) };
  };
  return { server, socketPath, call };
};

test("only this user can open it, and whoever does is admin without a login", async () => {
  const { server, socketPath, call } = await opened();
  expect((statSync(socketPath).mode & 0o777).toString(8)).toBe("600");
  expect((await call("GET", "/me")).json).toMatchObject({ user: { role: "admin" }, by: "socket" });
  expect((await call("GET", "/health")).json.version).toBeDefined();
  const { json } = await call("POST", "/admin-link");
  expect(json.url).toContain("/link#");
  const secret = json.url.split("#")[1];
  expect((await call("POST", "/session/link/look", { secret })).json).toMatchObject({ kind: "first-admin" });
  expect(server.store.events.list({ limit: 1 })[0]?.actor).toBe(`${userInfo().username}@socket`);
});

test("before there is an admin nothing can be theirs; afterwards the socket acts for the first one", async () => {
  const { server, call } = await opened(["127.0.0.1"]);
  expect((await call("POST", "/tokens", { label: "x" })).json.error.code).toBe("impossible");
  server.stock();
  expect((await call("POST", "/guests", { name: "web1", image: "demo" })).json.error.details[0].field).toBe("owner");
  await server.user("ada", "admin");
  expect((await call("GET", "/me")).json.user.name).toBe("ada");
  const token = (await call("POST", "/tokens", { label: "x" })).json;
  expect(token.user).toBe("ada");
  const headers = { authorization: `Bearer ${token.secret}`, host: "corral.example" };
  expect((await server.call("GET", "/me", { headers })).json().user.name).toBe("ada");
  expect((await call("POST", "/guests", { name: "web1", image: "demo" })).json.definition.owner).toBe("ada");
  expect((await call("POST", "/session", { name: "ada", password: PASSWORD })).status).toBe(200);
});

test("a file that a killed server left is in nobody's way", async () => {
  const { server } = await opened();
  const again = await listenOnAdminSocket(server.http, placeSocket(server.home, "admin.sock"));
  again.close();
});

test("WebSockets work over it too", async () => {
  const { server, socketPath } = await opened();
  const socket = new WebSocket(`ws+unix://${socketPath}:/api/v1/events`);
  onTestFinished(() => socket.terminate());
  const [frame] = await once(socket, "message");
  expect(JSON.parse(frame.toString())).toEqual({ type: "ready", seq: server.store.events.newest() });
});
