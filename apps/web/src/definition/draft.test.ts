import { guestDefinition, newGuest } from "@corral/contracts";
import { describe, expect, it } from "vitest";
import { exampleGuest } from "../guest/exampleGuest.ts";
import { createCommand } from "./createCommand.ts";
import {
  changesBetween,
  definitionOf,
  draftOf,
  freeConsole,
  freeUbd,
  newDisk,
  newDraft,
  newGuestOf,
  suggestName,
} from "./draft.ts";
import { fieldErrors } from "./fieldErrors.ts";

const { definition } = exampleGuest({
  definition: { tags: ["web", "prod"], cpus: [0, 2], kernelArguments: ["quiet"], init: "/bin/sh" },
});

describe("a definition in a form", () => {
  it("comes out as it went in", () => {
    expect(guestDefinition.parse(definitionOf(draftOf(definition)))).toEqual(definition);
    expect(changesBetween(definition, definitionOf(draftOf(definition)))).toEqual({});
  });

  it("sends only what was changed", () => {
    const after = definitionOf({ ...draftOf(definition), memoryMiB: "256", tags: "web" });
    expect(changesBetween(definition, after)).toEqual({ memoryMiB: 256, tags: ["web"] });
  });

  it("makes of an untouched form exactly what the schema's defaults make of name and image", () => {
    const short = newGuest.parse({ name: "web1", image: "demo" });
    const { image: _, disks: __, ...defaults } = short;
    const { disks, ...long } = newGuest.parse(newGuestOf(newDraft("web1", "demo"), false));
    expect(long).toEqual(defaults);
    expect(disks).toEqual(definition.disks);
  });

  it("says what is wrong at the field, in words", () => {
    const draft = {
      ...newDraft("Web 1", ""),
      memoryMiB: "lots",
      niceness: "40",
      cpus: "0 x",
      disks: [newDisk(0, "image"), { ...newDisk(0, "empty"), sizeMiB: "0" }],
    };
    const errors = fieldErrors(newGuest, newGuestOf(draft, false));
    expect(errors.name).toContain("a–z");
    expect(errors.memoryMiB).toBe("must be a whole number");
    expect(errors.niceness).toBe("must be at most 19");
    expect(errors["cpus.1"]).toBe("must be a whole number");
    expect(errors["disks.0.source.image"]).toBe("is needed");
    expect(errors["disks.1.source.sizeMiB"]).toBe("must be at least 1");
    expect(fieldErrors(newGuest, newGuestOf(newDraft("a", "demo"), true))).toEqual({});
  });

  it("finds free names and numbers", () => {
    expect(suggestName("debian-12", new Set(["debian1"]))).toBe("debian2");
    expect(suggestName("9front", new Set())).toBe("guest1");
    expect(freeUbd([newDisk(0, "empty"), newDisk(2, "empty")])).toBe(1);
    expect(freeConsole([{ name: "con0", channel: "fd" }])).toBe("con1");
  });

  it("says the same as a command", () => {
    const draft = newDraft("web1", "demo");
    expect(createCommand(newGuestOf(draft, true))).toBe("corral create web1 --image demo --memory 128 --start");
    expect(createCommand(newGuestOf({ ...draft, description: "it's mine", tags: "a b", cpus: "0" }, false))).toBe(
      "corral create web1 --image demo --memory 128 --description 'it'\\''s mine' --tag a --tag b --cpu 0",
    );
    expect(createCommand(newGuestOf({ ...draft, notes: "x" }, false))).toBe(
      `echo '{"notes":"x"}' | corral create web1 --image demo --memory 128 --from -`,
    );
  });
});
