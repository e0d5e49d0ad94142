import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "@corral/contracts";
import { expect, test } from "vitest";
import { type Login, TestServer } from "../testing/testServer.ts";

const until = async <T>(look: () => Promise<T> | T, done: (seen: T) => boolean): Promise<T> => {
  for (;;) {
    const seen = await look();
    if (done(seen)) return seen;
    await sleep(5);
  }
};

const opened = async () => {
  const server = await TestServer.open();
  const as = await server.user("ada", "admin");
  const task = async (id: string): Promise<Task> => (await server.call("GET", `/tasks/${id}`, { as })).json();
  const ended = (id: string) =>
    until(
      () => task(id),
      ({ state }) => state !== "running",
    );
  const build = async (login: Login, name: string): Promise<Task> =>
    (await server.call("POST", "/images/debian", { as: login, body: { name } })).json();
  return { server, as, task, ended, build };
};

const filesOf = ({ home }: TestServer) => readdirSync(join(home, "images"));

test("an image is built as a task, and is in the library when it is done", async () => {
  const { server, as, ended } = await opened();
  const response = await server.call("POST", "/images/demo", { as });
  expect(response.statusCode).toBe(202);
  const done = await ended(response.json().id);
  expect(done).toMatchObject({ state: "done", kind: "build-demo-image", subject: "demo", actor: "ada", error: null });
  const [image] = (await server.call("GET", "/images", { as })).json().items;
  expect(image).toMatchObject({
    name: "demo",
    origin: { kind: "demo" },
    sizeBytes: 8,
    available: true,
    usedBy: [],
  });
  expect(image.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(image.diskBytes).toBeLessThan(64 * 1024);
  const output = (await server.call("GET", `/tasks/${done.id}/output`, { as })).json();
  expect(output).toEqual({ text: "making it\n", from: 0, next: 10 });
  expect((await server.call("GET", `/tasks/${done.id}/output?since=7`, { as })).json()).toEqual({
    text: "it\n",
    from: 7,
    next: 10,
  });
  expect((await server.call("POST", "/images/demo", { as })).json().error.code).toBe("name_taken");
});

test("one runs at a time, those that wait can be cancelled, and so can the one that runs", async () => {
  const { server, as, task, ended, build } = await opened();
  server.tools.build = async ({ signal }) => {
    await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  };
  const [first, second, third] = [await build(as, "a"), await build(as, "b"), await build(as, "c")];
  expect((await task(second.id)).step).toContain("Waiting");
  expect((await server.call("POST", "/images/debian", { as, body: { name: "b" } })).json().error.code).toBe(
    "name_taken",
  );

  const cancel = (id: string) => server.call("POST", `/tasks/${id}/cancel`, { as });
  expect((await cancel(second.id)).json().state).toBe("cancelled");
  expect((await cancel(first.id)).statusCode).toBe(202);
  expect((await ended(first.id)).state).toBe("cancelled");
  expect((await cancel(first.id)).json().error.code).toBe("wrong_state");
  await until(
    () => task(third.id),
    ({ step }) => step === "making it",
  );
  await cancel(third.id);
  await ended(third.id);
  expect(filesOf(server)).toEqual([]);
});

test("a build that fails says why, leaves nothing, and the next one runs", async () => {
  const { server, as, ended, build } = await opened();
  server.tools.build = async () => {
    throw new Error("the mirror does not answer");
  };
  const failed = await ended((await build(as, "a")).id);
  expect(failed).toMatchObject({ state: "failed", error: "the mirror does not answer" });
  expect(filesOf(server)).toEqual([]);
  server.tools.build = async () => {};
  expect((await ended((await build(as, "a")).id)).state).toBe("done");
});

test("output is bounded, and says so by its offset", async () => {
  const { server, as, ended, build } = await opened();
  server.tools.build = async ({ onOutput }) => {
    for (let n = 0; n < 300; n += 1) onOutput("x".repeat(1024));
  };
  const { id } = await ended((await build(as, "a")).id);
  const output = (await server.call("GET", `/tasks/${id}/output`, { as })).json();
  expect(output.next).toBe(300 * 1024 + "making it\n".length);
  expect(output.text).toHaveLength(256 * 1024);
  expect(output.from).toBe(output.next - 256 * 1024);
});

test("a task that ended with the server is told as failed at the next start", async () => {
  const { server, task } = await opened();
  const { id } = server.store.tasks.insert({
    kind: "build-demo-image",
    title: "T",
    actor: "a",
    subject: null,
    step: "s",
  });
  server.services.tasks.buryInterrupted();
  expect(await task(id)).toMatchObject({ state: "failed", error: expect.stringContaining("Start it again") });
});

test("files that a killed build left are swept, images are not", async () => {
  const { server, as, ended, build } = await opened();
  await ended((await build(as, "a")).id);
  const [image] = filesOf(server);
  for (const file of [`${"a".repeat(16)}.img`, "image-Xyz123", "notes.txt"]) {
    writeFileSync(join(server.home, "images", file), "");
  }
  server.services.images.sweep();
  expect(filesOf(server).sort()).toEqual([image, "notes.txt"].sort());
});

test("an image whose file was touched is shown as unusable, with the reason", async () => {
  const { server, as, ended, build } = await opened();
  await ended((await build(as, "a")).id);
  utimesSync(join(server.home, "images", filesOf(server)[0] ?? ""), 0, 0);
  const [image] = (await server.call("GET", "/images", { as })).json().items;
  expect(image).toMatchObject({ available: false, problem: expect.stringContaining("touched") });
});

test("a file that is no disk is refused at once, though a build goes on and others wait", async () => {
  const { server, as, build } = await opened();
  server.tools.build = ({ signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  const running = await build(as, "first");
  const refused = await server.call("POST", "/images/file", { as, body: { name: "mine", path: "/srv/missing.img" } });
  expect([refused.statusCode, refused.json().error.details]).toEqual([
    422,
    [{ field: "path", message: "there is no such file on the host." }],
  ]);
  expect((await server.call("GET", "/tasks", { as })).json().total).toBe(1);
  await server.call("POST", `/tasks/${running.id}/cancel`, { as });
});
