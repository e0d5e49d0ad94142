import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lockHome } from "./homeLock.ts";

it("lets one server in, names it to the second, and is free again when it is released", () => {
  const home = mkdtempSync(join(tmpdir(), "corral-"));
  const first = lockHome(home);
  expect(first.held).toBe(true);
  expect(lockHome(home)).toEqual({ held: false, holder: String(process.pid) });
  // A program that this process starts must not keep the lock.
  execFileSync("sh", ["-c", `(sleep 2 & ) >/dev/null 2>&1 </dev/null`]);
  if (first.held) first.release();
  const second = lockHome(home);
  expect(second.held).toBe(true);
  if (second.held) second.release();
  rmSync(home, { recursive: true });
});
