import { expect, it } from "vitest";
import { newConsole, SlaveEnd } from "./testing/slaveEnd.ts";
import { TestPort } from "./testing/testPort.ts";

const type = (port: TestPort, text: string) => port.viewer?.input(Buffer.from(text));
const roles = (...ports: TestPort[]) => ports.map((port) => port.viewer?.role);
const SHARED = { shared: true, recorded: false };

it("lets all who want to type do so together, and tells everybody", () => {
  const console = newConsole();
  const guest = SlaveEnd.connect(console);
  const ann = TestPort.attach(console, { user: "ann" });
  const bob = TestPort.attach(console, { user: "bob" });
  const eve = TestPort.attach(console, { user: "eve", role: "spy" });
  expect(eve.of("hello")[0]?.rules).toEqual({ shared: false, recorded: false });
  console.setRules(SHARED);
  console.setRules(SHARED);
  expect(eve.of("rules")).toEqual([{ type: "rules", rules: SHARED }]);
  expect(bob.of("role")).toEqual([{ type: "role", role: "cowriter", by: null }]);
  expect(console.viewers.map(({ role }) => role)).toEqual(["writer", "cowriter", "spy"]);
  type(ann, "a");
  type(bob, "b");
  type(eve, "e");
  expect(guest.typed(2)).toBe("ab");
  expect(eve.of("warning")).toHaveLength(1);
  expect([ann, bob, eve].map(({ viewer }) => viewer?.typedBytes)).toEqual([1, 1, 0]);
});

it("follows one window, which a cowriter may take without silencing anybody", () => {
  const console = newConsole();
  const guest = SlaveEnd.connect(console);
  console.setRules(SHARED);
  const ann = TestPort.attach(console, { user: "ann", cols: 90, rows: 30 });
  const bob = TestPort.attach(console, { user: "bob", cols: 120, rows: 40 });
  bob.viewer.resize(121, 41);
  expect(guest.windowSize()).toBe("30 90");
  bob.viewer.take();
  expect(guest.windowSize()).toBe("41 121");
  expect(roles(ann, bob)).toEqual(["cowriter", "writer"]);
  type(ann, "still");
  expect(guest.typed(5)).toBe("still");
  bob.viewer.detach();
  expect(roles(ann)).toEqual(["writer"]);
});

it("lets one watch who releases, and goes back to one writer when it is shared no more", () => {
  const console = newConsole();
  SlaveEnd.connect(console);
  console.setRules(SHARED);
  const [ann, bob, cyd] = ["ann", "bob", "cyd"].map((user) => TestPort.attach(console, { user }));
  bob?.viewer.release();
  expect(roles(ann as TestPort, bob as TestPort, cyd as TestPort)).toEqual(["writer", "spy", "cowriter"]);
  console.setRules({ shared: false, recorded: false });
  expect(roles(ann as TestPort, bob as TestPort, cyd as TestPort)).toEqual(["writer", "spy", "spy"]);
  expect(cyd?.of("role").at(-1)).toEqual({ type: "role", role: "spy", by: null });
});

it("records what is typed only while that is switched on, and what arrives only", () => {
  const console = newConsole();
  SlaveEnd.connect(console);
  const ann = TestPort.attach(console, { user: "ann" });
  const bob = TestPort.attach(console, { user: "bob" });
  type(ann, "before\r");
  console.setRules({ shared: false, recorded: true });
  expect(bob.of("rules").at(-1)).toEqual({ type: "rules", rules: { shared: false, recorded: true } });
  type(ann, "during");
  type(bob, "dropped\r");
  expect(console.typed(10)).toMatchObject([{ user: "ann", from: "test", offset: 0, text: "during" }]);
  type(ann, " that");
  console.setRules({ shared: false, recorded: false });
  type(ann, "after\r");
  expect(console.typed(10).map(({ text }) => text)).toEqual(["during", " that"]);
});
