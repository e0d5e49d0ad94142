import { describe, expect, it } from "vitest";
import { exampleGuest } from "../guest/exampleGuest.ts";
import { parseFilter, toggleWord } from "./filter.ts";

const web = exampleGuest({
  state: "running",
  definition: { name: "web1", tags: ["web", "prod"], owner: "ann", description: "The shop" },
});
const db = exampleGuest({
  state: "stopped",
  definition: { name: "db1", tags: ["webmail"], owner: "bob", kernel: "uml-6.1" },
});

const matching = (text: string) => [web, db].filter(parseFilter(text).matches).map(({ definition }) => definition.name);

describe("the fleet's filter", () => {
  it("lets everything through when it is empty or half typed", () => {
    expect(matching("")).toEqual(["web1", "db1"]);
    expect(matching(" - ")).toEqual(["web1", "db1"]);
    expect(matching("state:")).toEqual(["web1", "db1"]);
  });

  it("looks for words in name, description and tags", () => {
    expect(matching("SHOP")).toEqual(["web1"]);
    expect(matching("web")).toEqual(["web1", "db1"]);
    expect(matching("web shop")).toEqual(["web1"]);
  });

  it("looks in one field, the whole value where that is meant", () => {
    expect(matching("state:running")).toEqual(["web1"]);
    expect(matching("state:running,stopped")).toEqual(["web1", "db1"]);
    expect(matching("tag:web")).toEqual(["web1"]);
    expect(matching("kernel:uml")).toEqual(["db1"]);
    expect(matching("owner:ann tag:prod")).toEqual(["web1"]);
    expect(matching("image:demo")).toEqual(["web1", "db1"]);
  });

  it("turns a word round", () => {
    expect(matching("-tag:web")).toEqual(["db1"]);
    expect(matching("-shop")).toEqual(["db1"]);
  });

  it("says which word cannot match", () => {
    expect(parseFilter("colour:red").problem).toContain("colour");
    expect(parseFilter("state:runing").problem).toContain("runing");
    expect(parseFilter("state:running constructor:x").problem).toContain("constructor");
    expect(parseFilter("state:running web").problem).toBeUndefined();
  });

  it("puts a word in and takes it out again", () => {
    expect(toggleWord("web", "state:running")).toBe("state:running web");
    expect(toggleWord("state:running web", "state:paused")).toBe("state:paused web");
    expect(toggleWord("state:paused web", "state:paused")).toBe("web");
  });
});
