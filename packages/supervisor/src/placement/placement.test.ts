import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childrenOf } from "../sandbox/processes.ts";
import { TestFleet, until } from "../testing/fleet.ts";
import { moveTo, processorsOf, threadsOf } from "./affinity.ts";

const BUSY = "while :; do :; done &\r";

let fleet: TestFleet;

const kernelOf = (id: string): number => fleet.supervisor.status(id).pid as number;
/** Every thread of a guest, with the processors that it may run on. */
const places = (id: string): string[] => {
  const kernel = kernelOf(id);
  const threads = [kernel, ...childrenOf(kernel)].flatMap(threadsOf);
  return [...new Set(threads.map((thread) => processorsOf(thread).join(",")))].filter((place) => place !== "");
};

beforeAll(async () => {
  fleet = await TestFleet.open(undefined, { vitalsEveryMs: 300 });
});
afterAll(() => fleet.end());

describe.runIf(processorsOf("self").length > 1)("on a host of several processors", () => {
  const [first = 0, second = 1] = processorsOf("self");

  it("guests are spread, each on one; where two that work share one, one of them is moved, wholly", async () => {
    const guests = [];
    for (const name of ["one", "two", "three"]) guests.push(await fleet.boot(name));
    const ids = guests.map(({ spec }) => spec.id);
    for (const id of ids) expect(places(id)).toHaveLength(1);
    expect(new Set(ids.slice(0, 2).flatMap(places)).size).toBe(Math.min(2, ids.length));

    // However they were spread: two that work, and on any host of two processors sooner or later on the same one.
    const [busy, other] = [guests[0], guests[2]];
    busy?.console.type(BUSY);
    other?.console.type(BUSY);
    await until(
      () => {
        const [one, two] = [ids[0], ids[2]].map((id) => places(id as string));
        return one?.length === 1 && two?.length === 1 && one[0] !== two[0];
      },
      () => `two processors, is ${JSON.stringify(ids.map(places))}`,
    );
    await fleet.allOff();
  });

  it("a guest stays where its definition puts it", async () => {
    const { spec } = await fleet.boot("fixed", { cpus: [second] });
    expect(places(spec.id)).toEqual([String(second)]);
    const both = await fleet.boot("free", { cpus: [first, second] });
    expect(places(both.spec.id)).toEqual([`${first},${second}`]);
    await fleet.allOff();
  });

  it("a guest that is taken over keeps its place; one that has several is given one", async () => {
    const { spec: kept } = await fleet.boot("kept");
    const { spec: spread } = await fleet.boot("spread", { cpus: [first, second] });
    const identity = { pid: kernelOf(kept.id), startTime: "" };
    const [before = ""] = places(kept.id);
    // Nothing is done to a process that is not the one that was meant.
    moveTo(identity, Number(before) === first ? second : first);
    expect(places(kept.id)).toEqual([before]);

    const freed = { ...spread, definition: { ...spread.definition, cpus: null } };
    await fleet.reopen([kept, freed]);
    await until(
      () => places(spread.id).length === 1 && !places(spread.id)[0]?.includes(","),
      () => `one processor, is ${places(spread.id)}`,
    );
    expect(places(kept.id)).toEqual([before]);
    await fleet.allOff();
  });
});
