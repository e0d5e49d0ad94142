import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { endGroup, openPty, runAt, sourceOf } from "./testing/ptyPair.ts";
import { newConsole } from "./testing/slaveEnd.ts";
import { TestPort } from "./testing/testPort.ts";
import { until } from "./testing/until.ts";

let end = () => {};
afterEach(() => end());

const shell = async () => {
  const console = newConsole();
  const pty = openPty();
  let hungUp = false;
  console.connect(
    sourceOf(pty.master, () => {
      hungUp = true;
    }),
  );
  const child = runAt(pty, "sh", "-i");
  end = () => endGroup(child);
  const port = TestPort.attach(console, { since: 0 });
  const type = (text: string) => port.viewer.input(Buffer.from(text));
  // The prompt: what is typed before it is echoed in front of it.
  await until(() => /[#$] $/.test(port.text));
  return { console, child, port, type, hungUp: () => hungUp };
};

describe("a shell at a console", () => {
  it("echoes, answers, knows its window, and its end is told", async () => {
    const { port, type, child, hungUp } = await shell();
    type("echo $((6*7))\r");
    await until(() => port.text.includes("\r\n42\r\n"));
    port.viewer.resize(123, 45);
    type("stty size\r");
    await until(() => port.text.includes("45 123"));
    expect(port.of("resize")).toEqual([{ type: "resize", cols: 123, rows: 45 }]);
    const exit = once(child, "exit");
    type("exit\r");
    await exit;
    await until(hungUp);
  });

  it("takes a script that is pasted in, every line of it", async () => {
    const { port, type } = await shell();
    const script = Array.from({ length: 150 }, (_, line) => `n=$((n+${line})) # ${"x".repeat(60)}`).join("\r");
    type(`stty -echo; n=0\r${script}\recho "sum $n"\r`);
    await until(() => port.text.includes("sum 1"));
    expect(port.text).toContain(`sum ${(149 * 150) / 2}`);
  });

  it("never gets an answer from the server's own screen", async () => {
    const { console, port, type } = await shell();
    type("stty raw -echo; printf '\\033[6n\\033[c'; dd bs=1 count=1 2>/dev/null | od -c; stty sane; echo ov''er\r");
    await until(() => port.text.includes("\x1b[6n"));
    await console.snapshot();
    await new Promise((resolve) => setTimeout(resolve, 50));
    type("!");
    await until(() => port.text.includes("over\r\n"));
    expect(port.text).toMatch(/0000000 +!/);
  });
});
