import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

test("of the guests that use an image or a kernel one is told those that one may see, and of others not even how many", async () => {
  const server = await TestServer.open();
  server.stock();
  const ada = await server.user("ada", "admin");
  const ulf = await server.user("ulf", "user");
  const una = await server.user("una", "user");
  const create = (as: typeof ada, name: string) =>
    server.call("POST", "/guests", { as, body: { name, image: "demo" } });
  await create(ada, "ci-runner");
  const { id: lab } = (await create(ulf, "ulfs-lab")).json();
  const { id: gone } = (await create(ada, "secret")).json();
  await server.call("DELETE", `/guests/${gone}`, { as: ada });
  const seen = async (as: typeof ada) => {
    const [images, kernels] = await Promise.all(
      ["/images", "/kernels"].map(async (path) => (await server.call("GET", path, { as })).json().items[0].usedBy),
    );
    expect(images).toEqual(kernels);
    return images;
  };

  expect(await seen(ada)).toEqual(["ci-runner", "secret (deleted)", "ulfs-lab"]);
  expect(await seen(ulf)).toEqual(["ulfs-lab"]);
  expect(await seen(una)).toEqual([]);
  server.store.grants.replace(lab, [{ userId: una.user.id, groupId: null, right: "watch" }]);
  expect(await seen(una)).toEqual(["ulfs-lab"]);
});
