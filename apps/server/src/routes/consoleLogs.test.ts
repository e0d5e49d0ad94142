import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { logSearchLine } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

/** A guest whose console has printed this, in two boots with a hole between; written as the log itself writes. */
const FIRST = Buffer.from("boot one\r\n\u001b[1mlogin\u001b[0m: ok\r\n");
const SECOND = Buffer.from(`boot two\r\n${"x".repeat(80)}\r\nthe end\r\n`);
const SECOND_AT = 10_000;
const WHEN = Date.parse("2026-01-02T03:04:05Z");

const opened = async (second: Buffer = SECOND) => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ada", "admin");
  const created = await server.call("POST", "/guests", { as, body: { name: "web1", image: "demo" } });
  const { definition, id } = created.json();
  await server.call("PATCH", "/guests/web1", { as, body: { consoles: [] } });
  const folder = join(server.home, "guests", id, "consoles", "con0");
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  const segment = (offset: number) => join(folder, String(offset).padStart(16, "0"));
  writeFileSync(`${segment(0)}.boot`, FIRST);
  writeFileSync(`${segment(0)}.marks`, `boot 0 1 ${WHEN}\nsize 0 90 30\ntime 0 ${WHEN}\ntype 10 ${WHEN + 500} ann\n`);
  writeFileSync(`${segment(SECOND_AT)}.boot`, second);
  writeFileSync(
    `${segment(SECOND_AT)}.marks`,
    `boot ${SECOND_AT} 2 ${WHEN + 60_000}\ntime ${SECOND_AT} ${WHEN + 60_000}\n`,
  );
  await server.call("PATCH", "/guests/web1", { as, body: { consoles: definition.consoles } });
  const get = (path: string, headers: Record<string, string> = {}) =>
    server.call("GET", `/guests/web1/consoles/con0/log/${path}`, { as, headers });
  return { server, as, get };
};

const parsed = (body: string) =>
  body
    .trim()
    .split("\n")
    .map((line) => logSearchLine.parse(JSON.parse(line)))
    .filter(({ type }) => type !== "progress");

test("a log is downloaded as it was printed, wholly, by boot, by time, and by parts", async () => {
  const { get } = await opened();
  const whole = await get("download");
  const all = Buffer.concat([FIRST, SECOND]);
  expect(whole.rawPayload.equals(all)).toBe(true);
  expect(whole.headers).toMatchObject({
    "content-type": "application/octet-stream",
    "content-length": String(all.length),
    "content-disposition": 'attachment; filename="web1-con0.log"',
    "accept-ranges": "bytes",
  });
  expect((await get("download?boot=2")).rawPayload.equals(SECOND)).toBe(true);
  expect((await get(`download?since=${new Date(WHEN + 30_000).toISOString()}`)).rawPayload.equals(SECOND)).toBe(true);
  expect((await get(`download?until=${new Date(WHEN + 30_000).toISOString()}`)).rawPayload.equals(FIRST)).toBe(true);

  const part = await get("download", { range: "bytes=5-49" });
  expect(part.statusCode).toBe(206);
  expect(part.headers["content-range"]).toBe(`bytes 5-49/${all.length}`);
  expect(part.rawPayload.equals(all.subarray(5, 50))).toBe(true);
  expect((await get("download", { range: "bytes=-7" })).rawPayload.equals(all.subarray(-7))).toBe(true);
  const etag = String(whole.headers.etag);
  const resumed = await get("download", { range: "bytes=30-", "if-range": etag });
  expect(resumed.rawPayload.equals(all.subarray(30))).toBe(true);
  expect((await get("download", { range: "bytes=30-", "if-range": '"other"' })).statusCode).toBe(200);
  for (const odd of ["bytes=0-1,3-4", "lines=1-2", "bytes=9-2", "bytes=-"]) {
    expect((await get("download", { range: odd })).rawPayload.equals(all)).toBe(true);
  }
  const beyond = await get("download", { range: "bytes=5000-" });
  expect(beyond.statusCode).toBe(416);
  expect(beyond.headers["content-range"]).toBe(`bytes */${all.length}`);
  expect(beyond.json().error.code).toBe("offset_beyond_end");
});

test("text has no escape sequence and tells the hole; asciicast has sizes, boots and who typed", async () => {
  const { get } = await opened();
  const text = await get("download?format=text");
  expect(text.headers["content-type"]).toBe("text/plain; charset=utf-8");
  const missing = SECOND_AT - FIRST.length;
  expect(text.body).toBe(
    `boot one\nlogin: ok\n[${missing} bytes are not kept]\nboot two\n${"x".repeat(80)}\nthe end\n`,
  );
  const cast = await get("download?format=asciicast");
  expect(cast.headers["content-disposition"]).toContain("web1-con0.cast");
  const [header, ...events] = cast.body
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(header).toEqual({ version: 2, width: 90, height: 30, timestamp: WHEN / 1000, title: "web1-con0" });
  expect(events.filter(([, kind]) => kind === "m")).toEqual([
    [0, "m", "boot 1"],
    [0.5, "m", "typing ann"],
    [expect.any(Number), "m", `hole ${missing}`],
    [60, "m", "boot 2"],
  ]);
});

test("a search finds lines with offset, boot and time, says how far it is, and can be gone on with", async () => {
  const { get } = await opened();
  const all = parsed((await get("search?q=BOOT")).body);
  expect(all).toEqual([
    {
      type: "found",
      offset: 0,
      next: 10,
      boot: 1,
      at: new Date(WHEN).toISOString(),
      text: "boot one",
      start: 0,
      end: 4,
    },
    expect.objectContaining({ offset: SECOND_AT, boot: 2, at: new Date(WHEN + 60_000).toISOString() }),
    { type: "end", found: 2, next: null },
  ]);
  const [, end] = parsed((await get("search?q=boot&limit=1")).body);
  expect(end).toEqual({ type: "end", found: 1, next: 10 });
  expect(parsed((await get("search?q=boot&from=10")).body)).toMatchObject([{ offset: SECOND_AT }, { found: 1 }]);
  expect(parsed((await get("search?q=BOOT&matchCase=true")).body)).toMatchObject([{ type: "end", found: 0 }]);
  expect(parsed((await get("search?q=%5Elogin%3A&regex=true")).body)).toMatchObject([{ text: "login: ok" }, {}]);
  expect(parsed((await get("search?q=(&regex=true")).body)).toEqual([
    { type: "error", code: "invalid_request", message: expect.stringContaining("regular expression") },
  ]);
});

test("the index tells which stretches are kept", async () => {
  const { get } = await opened();
  const end = SECOND_AT + SECOND.length;
  const kept = [
    { from: 0, to: FIRST.length },
    { from: SECOND_AT, to: end },
  ];
  expect((await get("index")).json()).toEqual({ start: 0, end, kept });
});

test("marks tell times, boots and who typed", async () => {
  const { get } = await opened();
  const { items, before } = (await get("marks?from=5&to=20")).json();
  expect(items).toEqual([{ kind: "typing", offset: 10, at: new Date(WHEN + 500).toISOString(), user: "ann" }]);
  expect(before).toEqual({ kind: "time", offset: 5, at: new Date(WHEN).toISOString() });
});

test.each([
  ["download?boot=7", 404, "not_found"],
  ["download?from=99999", 416, "offset_beyond_end"],
  ["download?from=9&to=3", 400, "invalid_request"],
  ["download?since=yesterday", 400, "invalid_request"],
  ["download?format=doc", 400, "invalid_request"],
  ["search?q=", 400, "invalid_request"],
  ["marks?from=0&to=99999", 416, "offset_beyond_end"],
])("%s is refused with %i %s", async (path, status, code) => {
  const { get } = await opened();
  const response = await get(path);
  expect(response.statusCode).toBe(status);
  expect(response.json().error.code).toBe(code);
});

test("boots are listed newest first", async () => {
  const { server, as } = await opened();
  const list = (await server.call("GET", "/guests/web1/boots", { as })).json();
  expect(list).toEqual({ items: [], nextCursor: null, total: 0 });
});

test("a download that nobody takes costs little memory, and a search that nobody waits for ends", async () => {
  const big = Buffer.alloc(48 * 1024 * 1024, `${"x".repeat(40)}\n`);
  const { server, as } = await opened(big);
  const port = await server.listen();
  const { host } = new URL(server.services.origins.first);
  const openRequest = (path: string) =>
    new Promise<import("node:http").IncomingMessage>((resolve) => {
      const headers = { host, cookie: as.cookie.replace("corral-0", `corral-${port}`) };
      request(
        { port, host: "127.0.0.1", path: `/api/v1/guests/web1/consoles/con0/log/${path}`, headers },
        resolve,
      ).end();
    });
  const before = process.memoryUsage().rss;
  const stalled = await Promise.all([1, 2, 3, 4].map(() => openRequest("download")));
  await sleep(200);
  expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
  for (const response of stalled) response.destroy();

  // An expression that would take for ever.
  const searching = () => openRequest("search?regex=true&q=(x%2Bx%2B)%2By");
  const three = [await searching(), await searching(), await searching()];
  const fourth = await searching();
  expect(fourth.statusCode).toBe(429);
  for (const response of [...three, fourth]) response.destroy();
  for (;;) {
    const again = await searching();
    again.destroy();
    if (again.statusCode === 200) break;
    await sleep(10);
  }
});
