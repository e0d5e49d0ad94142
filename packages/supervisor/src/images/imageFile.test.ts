import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imageFacts, imageProblem, publishImage } from "./imageFile.ts";

describe("an image's file", () => {
  const signal = new AbortController().signal;
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "corral-image-file-"));
    file = join(folder, "disk.img");
    writeFileSync(file, "data");
    truncateSync(file, 3 * 1024 * 1024 + 5);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("has its checksum, size and real use of the disk", async () => {
    const whole = Buffer.alloc(3 * 1024 * 1024 + 5);
    whole.write("data");
    const fractions: number[] = [];
    const facts = await imageFacts(file, signal, (fraction) => fractions.push(fraction));
    expect(facts.sha256).toBe(createHash("sha256").update(whole).digest("hex"));
    expect(facts.sizeBytes).toBe(whole.length);
    expect(facts.diskBytes).toBeLessThan(64 * 1024);
    expect(fractions.at(-1)).toBe(1);
  });

  it("appears at its place only when all is done, and not when it is cancelled before", async () => {
    const cancel = new AbortController();
    const target = join(folder, "image");
    await expect(publishImage(file, target, cancel.signal, () => cancel.abort())).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(readdirSync(folder)).toEqual(["disk.img"]);
    await publishImage(file, target, signal);
    expect(readdirSync(folder)).toEqual(["image"]);
    expect(await imageProblem(target, await imageFacts(target, signal))).toBeNull();
  });

  it("is told from one that was touched, changed, replaced or removed", async () => {
    const known = await imageFacts(file, signal);
    utimesSync(file, known.mtimeS, known.mtimeS);
    expect(await imageProblem(file, known)).toBeNull();
    utimesSync(file, known.mtimeS, known.mtimeS + 7);
    expect(await imageProblem(file, known)).toContain(`touch -d @${known.mtimeS} `);
    chmodSync(file, 0o600);
    appendFileSync(file, "more");
    expect(await imageProblem(file, known)).toContain("changed");
    rmSync(file);
    expect(await imageProblem(file, known)).toContain("is gone");
    expect(await imageProblem(folder, known)).toContain("no longer a file");
  });
});
