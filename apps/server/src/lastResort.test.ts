import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const LAST_RESORT = fileURLToPath(new URL("lastResort.ts", import.meta.url));

/** What becomes of a process with our last resort that does this, and then says that it goes on. */
const fateOf = async (doing: string) => {
  const program = `
    import { surviveDefects } from ${JSON.stringify(LAST_RESORT)};
    surviveDefects({ error: (_, words) => console.log(words) }, (error) => { console.log(error.message); process.exit(1); });
    ${doing};
    setTimeout(() => console.log("goes on"), 50);
  `;
  const args = ["--import", "tsx", "--conditions=source", "--input-type=module", "-e", program];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  const [code] = await once(child, "close");
  return { code, out };
};

test("a rejection that nobody takes notice of is told, and ends nothing", async () => {
  const { code, out } = await fateOf('Promise.reject(new Error("oh"))');
  expect([code, out]).toEqual([0, expect.stringMatching(/nobody took notice\ngoes on\n$/)]);
});

test("a descriptor that could not be had somewhere in the middle is told, and ends nothing", async () => {
  const { code, out } = await fateOf(
    'setTimeout(() => { throw Object.assign(new Error("oh"), { code: "EMFILE" }) }, 1)',
  );
  expect([code, out]).toEqual([0, expect.stringMatching(/run out of something.*\ngoes on\n$/)]);
});

test("any other defect in the middle of something ends the server with its words", async () => {
  expect(await fateOf('setTimeout(() => { throw new Error("oh") }, 1)')).toEqual({ code: 1, out: "oh\n" });
});
