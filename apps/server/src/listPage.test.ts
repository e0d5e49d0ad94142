import { expect, test } from "vitest";
import { listPage } from "./listPage.ts";

const items = [
  { id: "1", name: "b", size: 10 },
  { id: "2", name: "a", size: 9 },
  { id: "3", name: "a", size: 100 },
];
const ids = (query: { limit?: number; cursor?: string; q?: string; sort?: string }) =>
  listPage(items, { limit: 10, sort: "name", ...query }).items.map(({ id }) => id);

test("sorts by its first field, numbers as numbers, equals by id", () => {
  expect(ids({})).toEqual(["2", "3", "1"]);
  expect(ids({ sort: "size" })).toEqual(["2", "1", "3"]);
  expect(ids({ sort: "-name" })).toEqual(["1", "3", "2"]);
});

test("finds items that have every word", () => {
  expect(ids({ q: "  A  100 " })).toEqual(["3"]);
  expect(ids({ q: "" })).toHaveLength(3);
});

test("goes on after the cursor and refuses one of its own making", () => {
  const first = listPage(items, { limit: 2, sort: "name" });
  expect(first.total).toBe(3);
  expect(ids({ cursor: first.nextCursor ?? "" })).toEqual(["1"]);
  expect(() => ids({ cursor: "bm90aGluZw" })).toThrow("nextCursor");
});
