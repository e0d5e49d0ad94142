import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Guest } from "@corral/contracts";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "./server.ts";
import { TestServer } from "./testing/testServer.ts";
import { testSettings } from "./testing/testSettings.ts";
import { TestTools } from "./testing/testTools.ts";

/* One guest's damaged file is that guest's affair. */

const FILES = ["launch.json", "history.json"] as const;
const NEWER = JSON.stringify({ version: 2, what: "nobody knows yet" });

const RECORD = JSON.stringify({
  version: 1,
  launch: "0".repeat(24),
  bootNumber: 1,
  hostBootId: "of an earlier boot",
  startedAt: "2026-11-21T10:00:00.000Z",
  argv: [],
  specDigest: "",
  kernelVersion: "6.1.176",
  umid: "web1",
  kernelLogStart: 0,
  consoles: [],
  process: null,
  asked: null,
  paused: false,
  booted: false,
});
const HISTORY = JSON.stringify({ version: 1, boots: 7, bootRetries: 0, ending: null, crashed: false });
const GOOD = { "launch.json": RECORD, "history.json": HISTORY };

interface Damage {
  readonly how: string;
  readonly damage: (file: string) => void;
  readonly words: RegExp;
}
const DAMAGES: readonly Damage[] = [
  { how: "truncated", damage: (file) => truncateSync(file, 20), words: /is damaged.*backup/ },
  { how: "random bytes", damage: (file) => writeFileSync(file, randomBytes(4096)), words: /is damaged.*backup/ },
  { how: "of a newer version", damage: (file) => writeFileSync(file, NEWER), words: /version/ },
  {
    how: "a folder",
    damage: (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    words: /is not a file.*move it away/,
  },
  {
    how: "a link",
    damage: (file) => {
      renameSync(file, `${file}.away`);
      symlinkSync(`${file}.away`, file);
    },
    words: /is a link/,
  },
];

/** The data folder of a server that has ended, with web1, of which one file is damaged, and web2. */
const leftBehind = async (file: (typeof FILES)[number], damage: Damage["damage"]) => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ada", "admin");
  for (const name of ["web1", "web2"]) {
    await server.call("POST", "/guests", { as, body: { name, image: "demo" } });
  }
  const id = server.store.guests.list().find(({ definition }) => definition.name === "web1")?.id ?? "";
  await server.http.close();
  await server.supervisor.close({ stopGuests: true });
  server.store.close();
  const folder = join(server.home, "guests", id);
  for (const each of FILES) writeFileSync(join(folder, each), GOOD[each], { mode: 0o600 });
  writeFileSync(join(folder, "disks", "ubd0.cow"), "somebody's data");
  damage(join(folder, file));
  return { home: server.home, folder, path: join(folder, file) };
};

const startIn = async (home: string) => {
  const server = await startServer({
    settings: testSettings(home),
    log: pino({ level: "silent" }),
    tools: new TestTools(),
    pageFolder: home,
  });
  onTestFinished(() => server.close({ stopGuests: true }).then(() => {}));
  const { store, tokens } = server.app.services;
  const ada = store.users.find("ada");
  if (ada === null) throw new Error("there is no ada");
  const { secret } = tokens.create(ada, "test");
  const headers = { authorization: `Bearer ${secret}`, host: new URL(server.address).host };
  const call = (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, payload?: object) =>
    server.app.http.inject({
      method,
      url: `/api/v1/guests/${path}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
  const guest = async (name: string): Promise<Guest> => (await call("GET", name)).json();
  return { call, guest };
};

test.each(FILES.flatMap((file) => DAMAGES.map((each) => ({ file, ...each }))))(
  "a guest whose $file is $how is shown with that and left alone until it is mended, and the others are there",
  async ({ file, damage, words }) => {
    const { home, folder, path } = await leftBehind(file, damage);
    const { call, guest } = await startIn(home);
    expect(await guest("web2")).toMatchObject({ state: "stopped", ending: null });
    const { state, ending } = await guest("web1");
    expect([state, ending?.kind]).toEqual(["crashed", "lost"]);
    expect(ending?.message).toContain(path);
    expect(ending?.message).toMatch(words);

    const before = lstatSync(path);
    const refused = [
      await call("POST", "web1/actions/start"),
      await call("POST", "web1/reset", { confirm: true }),
      await call("PATCH", "web1", { disks: [{ ubd: 0, source: { kind: "empty", sizeMiB: 8 } }] }),
      await call("DELETE", "web1"),
    ];
    expect(refused.map((answer) => answer.json().error)).toEqual(
      refused.map(() => expect.objectContaining({ code: "host_unfit", message: ending?.message })),
    );
    expect(readFileSync(join(folder, "disks", "ubd0.cow"), "utf8")).toBe("somebody's data");
    expect([lstatSync(path).ino, lstatSync(path).mtimeMs]).toEqual([before.ino, before.mtimeMs]);

    rmSync(path, { recursive: true });
    writeFileSync(path, GOOD[file]);
    expect((await call("POST", "web1/reset", { confirm: true })).statusCode).toBe(200);
    // The run of the record is over, since the host was booted since.
    expect(await guest("web1")).toMatchObject({ state: "stopped", boots: 7, ending: { kind: "lost" } });
    expect(existsSync(join(folder, "launch.json"))).toBe(false);
  },
);

test.each(FILES)("an empty %s is what a power cut leaves, and concerns nobody", async (file) => {
  const { home } = await leftBehind(file, (path) => truncateSync(path, 0));
  const { guest } = await startIn(home);
  expect((await guest("web1")).state).toBe("stopped");
});
