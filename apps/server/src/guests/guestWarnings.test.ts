import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

test("two guests' mirrored interfaces are taken, and the answers say that they can never connect", async () => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ada", "admin");
  const interfaceOf = (port: number, peerPort: number) => [{ transport: "l2tpv3", device: "vec0", port, peerPort }];
  const wish = { image: "demo", interfaces: interfaceOf(5000, 5001) };
  const made = await server.call("POST", "/guests", { as, body: { name: "web1", ...wish } });
  expect([made.statusCode, made.json().warnings]).toEqual([
    201,
    [expect.stringContaining("vec0 can connect to nothing")],
  ]);
  await server.call("POST", "/guests", { as, body: { name: "web2", image: "demo" } });
  const body = { interfaces: interfaceOf(5001, 5000) };
  const changed = await server.call("PATCH", "/guests/web2", { as, body });
  expect([changed.statusCode, changed.json().warnings]).toEqual([200, [expect.stringContaining("port 5000")]]);
  const { items } = (await server.call("GET", "/guests", { as })).json();
  expect(items.map(({ warnings }: { warnings: string[] }) => warnings.length)).toEqual([1, 1]);
});
