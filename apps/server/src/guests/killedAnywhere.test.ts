import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Server, startServer } from "../server.ts";
import type { StepAnswer, StepRequest } from "../testing/steps/serverMain.ts";
import { SteppedProcess } from "../testing/steps/steppedProcess.ts";
import { testSettings } from "../testing/testSettings.ts";
import { TestTools } from "../testing/testTools.ts";

const SHORT_ID = 8;
/** Some two hundred starts of a server, on a machine that may be busy: only ever reached by a failure. */
const PATIENCE_MS = 300_000;
/** What stands for a disk that people wrote to. */
const WORK = "a year's work";

let folder: string;
let home: string;
let server: SteppedProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "corral-any-"));
  home = join(folder, "h");
  mkdirSync(home, { mode: 0o700 });
  const module = new URL("../testing/steps/serverMain.ts", import.meta.url);
  server = await SteppedProcess.start({ module, words: [home], below: `${home}/` });
});
afterAll(async () => {
  await server.end();
  rmSync(folder, { recursive: true, force: true });
});

interface Snapshot {
  readonly step: string;
  readonly home: string;
}

/** Carries out a request, and keeps the data folder as it was before each of its steps, and at the end. */
const inSteps = async (request: StepRequest): Promise<{ answer: StepAnswer; snapshots: Snapshot[] }> => {
  const snapshots: Snapshot[] = [];
  const keep = (step: string): void => {
    const copy = join(folder, String(snapshots.length));
    execFileSync("cp", ["-a", home, copy]);
    snapshots.push({ step, home: copy });
  };
  const answer = await server.ask<StepAnswer>(request, keep);
  keep("the end");
  return { answer, snapshots };
};

const ask = async (method: StepRequest["method"], path: string, body?: object): Promise<StepAnswer> =>
  server.ask({ method, path, ...(body === undefined ? {} : { body }) });

const diskOf = (where: string, id: string): string => join(where, "guests", id, "disks", "ubd0.cow");

/** Makes a guest with something on its disk. */
const guestWithWork = async (name: string): Promise<string> => {
  const { id } = JSON.parse((await ask("POST", "/guests", { name, image: "demo" })).body);
  writeFileSync(diskOf(home, id), WORK);
  return id;
};

/** The next start after a kill at each step: what must hold then, and nothing is left of guests that there are not. */
const afterEachStep = async (snapshots: readonly Snapshot[], check: (started: Server, where: string) => void) => {
  for (const { step, home: where } of snapshots) {
    const log = pino({ level: "silent" });
    const started = await startServer({
      settings: testSettings(where),
      tools: new TestTools(),
      log,
      pageFolder: where,
    });
    try {
      const { guests } = started.app.services.store;
      const ids = [...guests.list(), ...guests.listDiscarded()].map(({ id }) => id).sort();
      expect(readdirSync(join(where, "guests")).sort(), `guests after a kill before: ${step}`).toEqual(ids);
      const runs = readdirSync(join(where, "run")).filter((name) => name.length === SHORT_ID);
      expect(runs.sort(), `run folders after a kill before: ${step}`).toEqual(ids.map((id) => id.slice(0, SHORT_ID)));
      check(started, where);
    } catch (error) {
      throw new Error(`after a kill before: ${step}`, { cause: error });
    } finally {
      await started.close({ stopGuests: false });
      rmSync(where, { recursive: true, force: true });
    }
  }
};

it(
  "a guest that is being made is there as a whole or not at all, whenever the server is killed",
  async () => {
    const bystander = await guestWithWork("bystander");
    const body = { name: "made", image: "demo" };
    const { answer, snapshots } = await inSteps({ method: "POST", path: "/guests", body });
    expect(answer.status).toBe(201);
    expect(snapshots.length).toBeGreaterThan(10);
    const seen = new Set<boolean>();
    await afterEachStep(snapshots, ({ app }, where) => {
      const { store, supervisor } = app.services;
      const made = store.guests.find("made");
      seen.add(made !== null);
      if (made !== null) expect(supervisor.status(made.id).state).toBe("stopped");
      expect(readFileSync(diskOf(where, bystander), "utf8")).toBe(WORK);
    });
    expect(seen).toEqual(new Set([false, true]));
  },
  PATIENCE_MS,
);

it(
  "a guest that is being deleted, brought back, reset and deleted for good has its disk or is wholly gone",
  async () => {
    const id = await guestWithWork("kept");
    const whole = ({ app }: Server, where: string): void => {
      const { store } = app.services;
      const isThere = store.guests.find(id) !== null || store.guests.listDiscarded().some((guest) => guest.id === id);
      if (isThere) expect(readFileSync(diskOf(where, id), "utf8")).toBe(WORK);
      else expect(existsSync(join(where, "guests", id))).toBe(false);
    };
    const discarding = await inSteps({ method: "DELETE", path: `/guests/${id}` });
    expect(discarding.answer.status).toBeLessThan(300);
    await afterEachStep(discarding.snapshots, whole);

    const restoring = await inSteps({ method: "POST", path: `/discarded/${id}/restore` });
    expect(restoring.answer.status).toBeLessThan(300);
    await afterEachStep(restoring.snapshots, whole);

    const resetting = await inSteps({ method: "POST", path: `/guests/${id}/reset` });
    expect(resetting.answer.status).toBeLessThan(300);
    await afterEachStep(resetting.snapshots, ({ app }, where) => {
      expect(app.services.store.guests.find(id)).not.toBeNull();
      // What a reset takes away it takes as a whole.
      if (existsSync(diskOf(where, id))) expect(readFileSync(diskOf(where, id), "utf8")).toBe(WORK);
    });

    writeFileSync(diskOf(home, id), WORK);
    await ask("DELETE", `/guests/${id}`);
    const deleting = await inSteps({ method: "DELETE", path: `/discarded/${id}` });
    expect(deleting.answer.status).toBeLessThan(300);
    expect(deleting.snapshots.length).toBeGreaterThan(10);
    await afterEachStep(deleting.snapshots, whole);
  },
  PATIENCE_MS,
);

it("folders of guests that the database does not know are left, where there is anything in them", async () => {
  const left = "a".repeat(16);
  mkdirSync(join(home, "guests", left, "disks"), { recursive: true });
  writeFileSync(diskOf(home, left), WORK);
  const copy = join(folder, "restored");
  execFileSync("cp", ["-a", home, copy]);
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => lines.push(line) });
  const started = await startServer({ settings: testSettings(copy), tools: new TestTools(), log, pageFolder: copy });
  await started.close({ stopGuests: false });
  expect(readFileSync(diskOf(copy, left), "utf8")).toBe(WORK);
  expect(lines.join("")).toContain(`${left} belongs to no guest that there is`);
});
