import { expect, it } from "vitest";
import { columnsFor, formatPanes, PANES_MAXIMUM, parsePanes } from "./panes.ts";

it("reads what it wrote", () => {
  const panes = [
    { guest: "web1", console: "con0" },
    { guest: "db1", console: "ssl3" },
  ];
  expect(formatPanes(panes)).toBe("web1:con0,db1:ssl3");
  expect(parsePanes(formatPanes(panes))).toEqual(panes);
});

it("leaves out nonsense, doubles, and what is too many", () => {
  expect(parsePanes("")).toEqual([]);
  expect(parsePanes("web1:con0,web1:con0,web1,../x:con0,web1:kernel2,a:con0:b")).toEqual([
    { guest: "web1", console: "con0" },
  ]);
  const many = Array.from({ length: 40 }, (_, index) => `g${index}:con0`).join(",");
  expect(parsePanes(many)).toHaveLength(PANES_MAXIMUM);
});

it("has as many columns as make sense", () => {
  expect([0, 1, 2, 4, 7].map((panes) => columnsFor(panes, undefined))).toEqual([1, 1, 2, 2, 3]);
  expect(columnsFor(2, 3)).toBe(2);
  expect(columnsFor(6, 1)).toBe(1);
});
