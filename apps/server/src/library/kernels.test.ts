import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

test("a kernel is found, probed, registered, and forgotten again", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const found = async () => (await server.call("GET", "/kernels/found", { as })).json().items;
  expect(await found()).toEqual([{ path: "/usr/bin/linux.uml", version: "6.1.176", problem: null, registered: false }]);

  const response = await server.call("POST", "/kernels", { as, body: { path: "/usr/bin/linux.uml" } });
  expect(response.statusCode).toBe(201);
  expect(response.json()).toMatchObject({ name: "linux.uml-6.1.176", version: "6.1.176", available: true, usedBy: [] });
  expect((await found())[0].registered).toBe(true);
  const twice = await server.call("POST", "/kernels", { as, body: { path: "/usr/bin/linux.uml", name: "other" } });
  expect(twice.json().error.code).toBe("name_taken");
  const noKernel = await server.call("POST", "/kernels", { as, body: { path: "/bin/sh" } });
  expect(noKernel.json().error.code).toBe("impossible");

  expect((await server.call("DELETE", "/kernels/linux.uml-6.1.176", { as })).statusCode).toBe(204);
  expect((await server.call("GET", "/kernels", { as })).json().items).toEqual([]);
});

test("a kernel whose file is gone is shown as such", async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  server.tools.kernels.set("/no/such/linux", "6.12");
  const response = await server.call("POST", "/kernels", { as, body: { path: "/no/such/linux" } });
  expect(response.json()).toMatchObject({ available: false, problem: expect.stringContaining("/no/such/linux") });
});
