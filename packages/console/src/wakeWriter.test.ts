import { closeSync, readSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { openPty } from "./testing/ptyPair.ts";
import { wakeWriter } from "./wakeWriter.ts";

let pty: ReturnType<typeof openPty>;
afterEach(() => closeSync(pty.master));

it("leaves the pty and what is in it as they were, with and without a slave", () => {
  pty = openPty();
  wakeWriter(pty.master);
  closeSync(pty.slave);
  wakeWriter(pty.master);
  expect(() => readSync(pty.master, Buffer.alloc(10))).toThrow("EIO");
});
