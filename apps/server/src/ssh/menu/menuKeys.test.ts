import { expect, test } from "vitest";
import { MenuKeys } from "./menuKeys.ts";

const keys = (text: string) => new MenuKeys().feed(Buffer.from(text));

test("keys are known by name, in order, and a lone escape is one", () => {
  expect(keys("\u001b[A\u001bOBbq\r")).toEqual({ kind: "keys", keys: ["up", "down", "b", "q", "enter"] });
  expect(keys("\u001b")).toEqual({ kind: "keys", keys: ["escape"] });
  expect(keys("ü漢")).toEqual({ kind: "keys", keys: ["ü", "漢"] });
  expect(keys("\u001b[6~\u001b[1;5C")).toEqual({ kind: "keys", keys: ["page-down", "\u001b[1;5C"] });
});

test("a paste presses no key, nor does its last piece", () => {
  const menu = new MenuKeys();
  expect(menu.feed(Buffer.from("s".repeat(100)), 1_000)).toEqual({ kind: "paste" });
  expect(menu.feed(Buffer.from("s"), 1_300)).toEqual({ kind: "paste" });
  expect(menu.feed(Buffer.from("s"), 2_000)).toEqual({ kind: "keys", keys: ["s"] });
  expect(menu.feed(Buffer.from("\u001b[200~s"), 3_000)).toEqual({ kind: "paste" });
});
