import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "./cli.ts";
import type { Surroundings } from "./command.ts";
import { commands, topics } from "./commands.ts";

const home = mkdtempSync(join(tmpdir(), "corral-cli-"));
afterAll(() => rmSync(home, { recursive: true }));

const corral = async (line: string, env: Record<string, string> = { CORRAL_HOME: home }) => {
  const written = { stdout: "", stderr: "" };
  const into = (name: "stdout" | "stderr") =>
    new Writable({
      write: (chunk, _, done) => {
        written[name] += String(chunk);
        done();
      },
    });
  const surroundings = { stdin: {}, stdout: into("stdout"), stderr: into("stderr"), env } as unknown as Surroundings;
  const exitCode = await runCli(line.split(" ").filter(Boolean), surroundings);
  return { exitCode, ...written };
};

describe("the corral command", () => {
  const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

  it.each(["", "help", "--help", "-h"])("explains itself on one screen: corral %s", async (line) => {
    const { exitCode, stdout } = await corral(line);
    expect(exitCode).toBe(0);
    for (const word of commands.flatMap(({ name }) => name.split(" "))) expect(stdout).toContain(word);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(24);
  });

  it.each(topics.map(({ name }) => name))("explains what is about %s", async (name) => {
    const { exitCode, stdout } = await corral(`help ${name}`);
    expect(exitCode).toBe(0);
    const { commands: theirs } = topics.find((topic) => topic.name === name) ?? { commands: [] };
    for (const command of theirs) expect(`\n${stdout}`).toContain(`\n  ${command.name}`);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it.each([
    ["template --help", "template create"],
    ["help template", "template create"],
    ["token -h", "token create"],
  ])("explains the commands that begin with a word: corral %s", async (line, command) => {
    const { exitCode, stdout } = await corral(line);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`  ${command} `);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  it.each(commands.map(({ name }) => name))("explains %s", async (name) => {
    const { exitCode, stdout } = await corral(`${name} --help`);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: corral ${name} `));
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    if (topics.every((topic) => topic.name !== name)) expect((await corral(`help ${name}`)).stdout).toBe(stdout);
  });

  it.each([
    ["bogus", 'There is no command "bogus"'],
    ["token", "token is not a command alone. There are: token create, token delete"],
    ["help bogus", 'There is no topic or command "bogus"'],
    ["quota set alice", "Say what to limit"],
    ["quota set alice --guests many", '"many" is no number of guests'],
    ["quota set alice --image a/b", "are no names of images"],
    ["template create x --size small=64", "--image is missing"],
    ["template create x --image demo", "--size is missing"],
    ["template create x --image demo --size small", "--size must be such as"],
    ["create web1 --size small", "--size needs --template"],
    ["create web1 --template shell", "--size is missing"],
    ["create web1 --template shell --size small --memory 64", "--memory does not go with --template"],
    ["link create web1 con0 --hours soon", "--hours must be a number of hours"],
    ["discarded delete web1", "add --yes"],
    ["key add /nowhere/id.pub", "/nowhere/id.pub cannot be read"],
    ["ssh-door ajar", "Say open or shut"],
    ["ssh-door open --port x", "--port must be a port number"],
    ["start", "<guest> is missing"],
    ["token create", "<label> is missing"],
    ["token create x --scope all", "--scope must be one of"],
    ["token create x --days soon", "--days must be a number of days"],
    ["user create bob --role king", 'There is no role "king"'],
    ["start web1 web2", '"web2" is one argument too many'],
    ["guests --nope", "Unknown option '--nope'"],
    ["guests --state", "argument missing"],
    ["guests --state sleeping", 'There is no state "sleeping"'],
    ["create web1 --memory much", '--memory must be a whole number, not "much"'],
    ["create web1 --from /nowhere/x.json", "/nowhere/x.json cannot be read as JSON"],
    ["start web1 --wait --timeout soon", "--timeout must be a number of seconds"],
    ["log web1 --tail -3", ""],
    ["log web1 --tail=-3", "--tail must be a number of lines"],
    ["exec web1", "<command...> is missing"],
    ["exec web1 --timeout soon -- ls", "--timeout must be a number of seconds"],
    ["cp a b", "One of the two"],
    ["delete web1 --for-good", "add --yes"],
    ["console web1", "console needs a terminal"],
  ])("refuses: corral %s", async (line, words) => {
    const { exitCode, stdout, stderr } = await corral(line);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^corral: /);
    expect(stderr).toContain(words);
  });

  it("says usage errors as JSON where JSON was asked for", async () => {
    const { exitCode, stderr } = await corral("start --json");
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toEqual({ error: { code: "usage", message: expect.stringContaining("<guest>") } });
  });

  it("says where it looked when there is no server", async () => {
    const { exitCode, stderr } = await corral("guests");
    expect(exitCode).toBe(7);
    expect(stderr).toContain(join(home, "admin.sock"));
    expect(stderr).toContain("npm start");
    expect((await corral("guests", { CORRAL_URL: "http://127.0.0.1:1", CORRAL_TOKEN: "x" })).exitCode).toBe(7);
  });

  it.each([
    [{ CORRAL_URL: "ftp://corral.example", CORRAL_TOKEN: "x" }, "CORRAL_URL must be an address"],
    [{ CORRAL_URL: "https://corral.example" }, "CORRAL_TOKEN is not"],
  ])("refuses a bad address: %o", async (env, words) => {
    const { exitCode, stderr } = await corral("guests", env as Record<string, string>);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });

  it("stops a server only on its own host", async () => {
    const { exitCode } = await corral("stop", { CORRAL_URL: "https://corral.example", CORRAL_TOKEN: "x" });
    expect(exitCode).toBe(2);
  });
});
