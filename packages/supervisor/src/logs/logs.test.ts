import { NEW_TERMINAL } from "@corral/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GuestSpec } from "../index.ts";
import { PROMPT, TestFleet } from "../testing/fleet.ts";
import { landmark } from "./landmarks.ts";

let fleet: TestFleet;
let spec: GuestSpec;
beforeAll(async () => {
  fleet = await TestFleet.open();
  // A boot that ends in a panic, and one that goes on: what most people look at a log for.
  const first = await fleet.boot("logged1");
  spec = first.spec;
  first.console.type("echo first-boot; echo c > /proc/sysrq-trigger\r");
  await fleet.state(spec.id, "crashed");
  first.console.detach();
  await fleet.supervisor.act(spec.id, "start");
  const second = fleet.view(spec.id);
  await second.see(PROMPT);
  second.type("echo second-$((1+1))\r");
  await second.see(/second-2[\s\S]*# /);
  second.detach();
});
afterAll(async () => {
  await fleet.allOff();
  await fleet.end();
});

const textOf = (console: string, part: object) => [...fleet.supervisor.openLog(spec.id, console, part).text()].join("");

it("tells of each boot when it was, how it ended, and where it is in each log, also to the next server", async () => {
  const boots = fleet.supervisor.boots(spec.id);
  expect(boots).toMatchObject([
    { boot: 1, running: false, ending: { kind: "panic" } },
    { boot: 2, running: true, ending: null },
  ]);
  for (const { logs } of boots) {
    expect(logs.map(({ console }) => console).sort()).toEqual(["con0", "kernel"]);
    for (const { from, to, keptBytes } of logs) {
      expect(to).toBeGreaterThan(from);
      expect(keptBytes).toBe(to - from);
    }
  }
  await fleet.reopen([spec]);
  expect(fleet.supervisor.boots(spec.id)).toMatchObject([
    { boot: 1, ending: { kind: "panic" } },
    { boot: 2, running: true },
  ]);
});

it("gives one boot's output of a console and of the kernel, without escape sequences", () => {
  const first = textOf("con0", { boot: 1 });
  expect(first).toContain("first-boot");
  expect(first).not.toContain("second-2");
  expect(textOf("con0", { boot: 2 })).toContain("second-2");
  const kernel = textOf("kernel", { boot: 1 });
  expect(kernel).toContain("Linux version");
  expect(kernel).toContain("Kernel panic - not syncing: sysrq triggered crash");
  expect(textOf("kernel", { boot: 2 })).not.toContain("panic");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(first + kernel).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

it("narrows by time and by offset", () => {
  const [, second] = fleet.supervisor.boots(spec.id);
  const since = textOf("con0", { since: second?.startedAt });
  expect(since).toContain("second-2");
  expect(since).not.toContain("first-boot");
  expect(textOf("con0", { until: second?.startedAt })).toContain("first-boot");
  const log = fleet.supervisor.openLog(spec.id, "con0", {});
  const whole = Buffer.concat([...log.raw()]);
  const part = fleet.supervisor.openLog(spec.id, "con0", { from: 100, to: 5_000 });
  expect(Buffer.concat([...part.raw()]).equals(whole.subarray(100, 5_000))).toBe(true);
  expect(Buffer.concat([...log.raw(200, 300)]).equals(whole.subarray(200, 500))).toBe(true);
});

it("searches a real log, and says in which boot it was", async () => {
  const search = async (console: string, pattern: string, isRegex: boolean) => {
    const log = fleet.supervisor.openLog(spec.id, console, {});
    const found = [];
    for await (const step of log.search({ pattern, isRegex, matchCase: true }, new AbortController().signal)) {
      found.push(...step.found);
    }
    return found;
  };
  expect(await search("con0", "^second-\\d$", true)).toMatchObject([
    { boot: 2, text: "second-2", at: expect.stringMatching(/^2/) },
  ]);
  expect(await search("kernel", "Kernel panic", false)).toMatchObject([{ boot: 1 }]);
});

it("makes an asciicast with boots, panics and who typed", () => {
  const lines = [...fleet.supervisor.openLog(spec.id, "con0", {}).asciicast("logged1-con0")]
    .join("")
    .trim()
    .split("\n");
  const [header, ...events] = lines.map((line) => JSON.parse(line));
  expect(header).toMatchObject({ version: 2, width: 80, height: 24, title: "logged1-con0" });
  const markers = events.filter(([, kind]) => kind === "m").map(([, , words]) => words);
  expect(markers).toEqual(expect.arrayContaining(["boot 1", "boot 2", "typing test"]));
  expect(markers.some((words) => /^panic .*Kernel panic/.test(words))).toBe(true);
  const output = events.filter(([, kind]) => kind === "o").map(([, , text]) => text);
  const raw = Buffer.concat([...fleet.supervisor.openLog(spec.id, "con0", {}).raw()]);
  // The second boot has a terminal that remembers nothing of the first; all else is what was printed.
  const boots = output.join("").split(NEW_TERMINAL);
  expect(boots).toHaveLength(2);
  expect(boots.join("")).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(raw));
});

it("refuses precisely what it has not", () => {
  const refusal = (part: object) => {
    try {
      fleet.supervisor.openLog(spec.id, "con0", part);
    } catch (error) {
      return error;
    }
    return null;
  };
  expect(refusal({ boot: 9 })).toMatchObject({ code: "not_found", message: expect.stringContaining("boots 1, 2") });
  expect(refusal({ from: 1e12 })).toMatchObject({ code: "offset_beyond_end" });
  expect(refusal({ from: 5, to: 4 })).toMatchObject({ code: "invalid_request" });
  expect(refusal({ since: "2026-01-02T00:00:00Z", until: "2026-01-01T00:00:00Z" })).toMatchObject({
    code: "invalid_request",
  });
});

it("knows panics and logins by their lines, and nothing else", () => {
  expect(landmark("demo login: root")).toBe("login root");
  expect(landmark("web1 login: root (automatic login)")).toBe("login root");
  expect(landmark("[   1.0] Kernel panic - not syncing: x")).toBe("panic [   1.0] Kernel panic - not syncing: x");
  for (const line of ["demo login: ", "last login: never mind", "login: x", "", "x".repeat(5000)]) {
    expect(landmark(line)).toBeNull();
  }
});
