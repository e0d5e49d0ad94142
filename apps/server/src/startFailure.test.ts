import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { startServer } from "./server.ts";
import { startFailureInWords } from "./startFailure.ts";
import { TestServer } from "./testing/testServer.ts";
import { testSettings } from "./testing/testSettings.ts";
import { TestTools } from "./testing/testTools.ts";

/** The data folder of a server that has ended, with one guest in it. */
const leftBehind = async () => {
  const server = await TestServer.open();
  server.stock();
  const ada = await server.user("ada", "admin");
  const made = await server.call("POST", "/guests", { as: ada, body: { name: "web1", image: "demo" } });
  await server.http.close();
  await server.supervisor.close({ stopGuests: true });
  server.store.close();
  return { home: server.home, guest: join(server.home, "guests", made.json().id) };
};

const startIn = async (home: string): Promise<string> => {
  const settings = testSettings(home, { ssh: { isOpen: true, host: "127.0.0.1", port: 0 } });
  const log = pino({ level: "silent" });
  try {
    const server = await startServer({ settings, log, tools: new TestTools(), pageFolder: home });
    await server.close({ stopGuests: true });
    return "it started";
  } catch (error) {
    return startFailureInWords(error, home);
  }
};

const overwrite = (file: string) => {
  const fd = openSync(file, "r+");
  for (let at = 0; at < statSync(file).size; at += 4096) writeSync(fd, randomBytes(4096), 0, 4096, at);
  closeSync(fd);
};
const rubbish = (file: string) => writeFileSync(file, "{ rubbish", { mode: 0o600 });

interface Damage {
  readonly what: string;
  readonly file: (folders: { home: string; guest: string }) => string;
  readonly damage: (file: string) => void;
  readonly words: RegExp;
}

const DAMAGES: readonly Damage[] = [
  { what: "database", file: ({ home }) => join(home, "corral.db"), damage: overwrite, words: /damaged.*last backup/ },
  {
    what: "file of kept events",
    file: ({ home }) => join(home, "kept-events.jsonl"),
    damage: rubbish,
    words: /damaged.*Move it away/,
  },
  {
    what: "ssh host key",
    file: ({ home }) => join(home, "ssh_host_ed25519_key"),
    damage: rubbish,
    words: /not a private key.*backup/,
  },
  {
    what: "lock that is a folder",
    file: ({ home }) => join(home, "lock"),
    damage: (file) => {
      rmSync(file, { force: true });
      mkdirSync(file);
      chmodSync(file, 0o700);
    },
    words: /EISDIR.*Move it away/,
  },
];

test.each(DAMAGES)("a damaged $what is named at the start, with the way back and without a trace", async (damaged) => {
  const folders = await leftBehind();
  const file = damaged.file(folders);
  damaged.damage(file);
  const words = await startIn(folders.home);
  expect(words).toContain(file);
  expect(words).toMatch(damaged.words);
  expect(words).not.toMatch(/\n\s+at /);

  rmSync(file, { recursive: true });
  if (damaged.what !== "database") expect(await startIn(folders.home)).toBe("it started");
});
