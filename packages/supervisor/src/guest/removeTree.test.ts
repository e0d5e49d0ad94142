import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { OrdinaryUser } from "../testing/serverProcess.ts";
import { removeTree } from "./removeTree.ts";

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "corral-"));
  folder = join(home, "u");
  mkdirSync(folder);
  mkdirSync(join(home, "outside"));
  writeFileSync(join(home, "outside", "kept"), "precious");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What a guest can leave in a folder in which it makes names. */
const HOSTILE = {
  "folders without any rights": "mkdir -p a/b/c && touch a/b/c/x && chmod 0 a/b/c a/b a",
  "more folders in folders than a path can name":
    "perl -e 'for (1 .. 3000) { mkdir q(d) x 8; chdir q(d) x 8 } open(my $f, q(>), q(end))'",
  "names that are no text": `perl -e 'mkdir qq(\\xff\\xfe); open(my $f, q(>), qq(\\xff\\xfe/\\xc3\\x28)); open(my $g, q(>), qq(\\n));'`,
  "symlinks, fifos and sockets":
    "ln -s ../outside out; ln -s / root; mkfifo pipe; mkdir d; ln -s ../../outside d/out; ln -s . d/self",
};

it.each(Object.entries(HOSTILE))("takes away %s, and nothing else", async (_, make) => {
  execFileSync("sh", ["-c", make], { cwd: folder });
  await removeTree(folder);
  expect(readdirSync(home)).toEqual(["outside"]);
  expect(readFileSync(join(home, "outside", "kept"), "utf8")).toBe("precious");
});

it("takes them away as an ordinary user too, whom rights bind", async () => {
  execFileSync("sh", ["-c", Object.values(HOSTILE).join("; ")], { cwd: folder });
  const user = await OrdinaryUser.make();
  try {
    const module = fileURLToPath(new URL("./removeTree.ts", import.meta.url));
    const node = [process.execPath, "--conditions=source", "--import", import.meta.resolve("tsx")];
    const program = `import(${JSON.stringify(module)}).then(({ removeTree }) => removeTree(${JSON.stringify(folder)}))`;
    execFileSync("/usr/bin/nsenter", [...user.enter, ...node, "-e", program]);
  } finally {
    user.end();
  }
  expect(readdirSync(home)).toEqual(["outside"]);
  expect(readFileSync(join(home, "outside", "kept"), "utf8")).toBe("precious");
});

it("is content where there is nothing, or a file", async () => {
  await removeTree(join(home, "nothing"));
  writeFileSync(join(home, "file"), "");
  await removeTree(join(home, "file"));
  expect(existsSync(join(home, "file"))).toBe(false);
});
