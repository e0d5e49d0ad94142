import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What `npm run check` runs, and `npm test` before the tests. */
interface Check {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

export const root = join(import.meta.dirname, "..");

const tool = (name: string): string => join(root, "node_modules/.bin", name);

const script = (file: string): Check["command"] => [process.execPath, "--import", "tsx", join("scripts", file)];

const typedFolders = (): string[] =>
  ["apps", "packages"]
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
    .concat("scripts", "test")
    .filter((folder) => existsSync(join(root, folder, "tsconfig.json")));

const checks: readonly Check[] = [
  ...typedFolders().map(
    (folder): Check => ({ name: `types of ${folder}`, command: [tool("tsc"), "-p", join(folder, "tsconfig.json")] }),
  ),
  { name: "lint and format", command: [tool("biome"), "check"] },
  { name: "unused code and dependencies", command: [tool("knip")] },
  { name: "import directions", command: script("check-imports.ts") },
  { name: "names", command: script("check-names.ts") },
];

/** Runs one check, printing what it says only when it fails. Resolves to whether it passed. */
const runCheck = ({ name, command: [program, ...args] }: Check): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    child.on("error", (error) => output.push(Buffer.from(error.message)));
    child.on("close", (code) => {
      console.log(`${code === 0 ? "ok    " : "FAILED"} ${name}`);
      if (code !== 0) console.log(Buffer.concat(output).toString().trimEnd());
      resolve(code === 0);
    });
  });

/** Runs all checks, one after the other. Resolves to how many passed and failed. */
export const runChecks = async (): Promise<{ passed: number; failed: number }> => {
  let passed = 0;
  for (const check of checks) if (await runCheck(check)) passed += 1;
  return { passed, failed: checks.length - passed };
};
