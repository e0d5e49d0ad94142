import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../apps/cli/src/cli.ts";
import type { Surroundings } from "../../apps/cli/src/command.ts";
import { freePort, PERSON, RunningServer } from "../server/runningServer.ts";

/* What the corral command does with people, their guests and their rights, against a built server. Nothing boots. */

describe("the corral command among people", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await RunningServer.start();
    await server.becomeAdmin();
    await server.demoImage();
  });
  afterAll(() => server?.end());

  const corral = async (line: string, token?: string) => {
    const written = { stdout: "", stderr: "" };
    const into = (name: "stdout" | "stderr") =>
      new Writable({
        write: (chunk, _, done) => {
          written[name] += String(chunk);
          done();
        },
      });
    const env = token === undefined ? { CORRAL_HOME: server.home } : { CORRAL_URL: server.url, CORRAL_TOKEN: token };
    const surroundings = { stdin: {}, stdout: into("stdout"), stderr: into("stderr"), env } as unknown as Surroundings;
    const exitCode = await runCli(line.split(" "), surroundings);
    return { exitCode, ...written };
  };
  /** What a command prints; it must succeed. */
  const out = async (line: string, token?: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await corral(line, token);
    expect({ line, exitCode, stderr }).toEqual({ line, exitCode: 0, stderr: "" });
    return stdout;
  };
  const json = async (line: string, token?: string) => JSON.parse(await out(`${line} --json`, token));

  it("makes accounts and changes them", async () => {
    for (const name of ["alice", "bob"]) await out(`user create ${name}`);
    expect(await out("user role bob operator")).toMatch(/\nbob +operator/);
    expect(await out("user disable bob")).toMatch(/\nbob .*disabled/);
    expect((await json("user enable bob")).disabledAt).toBeNull();
    expect(await out("user rename bob robert")).toMatch(/\nrobert /);
    expect((await corral("user disable ada")).exitCode).toBe(6);
    expect(await out("user delete robert")).toBe("The account robert is deleted.\n");
    expect((await corral("user delete robert")).exitCode).toBe(3);
    await out("invite --role operator");
    const [invitation] = await json("invites");
    expect(await out("invites")).toContain(`${invitation.id}  operator`);
    await out(`invite delete ${invitation.id}`);
    expect(await out("invites")).toBe("No invitations.\n");
  });

  it("makes groups and says who is in them", async () => {
    expect(await out("groups")).toBe("No groups.\n");
    expect(await out("group create team alice")).toMatch(/\nteam +alice/);
    expect((await json("group add team ada alice")).members).toEqual(["ada", "alice"]);
    expect((await json("group remove team ada")).members).toEqual(["alice"]);
    expect((await corral("group remove team ada")).exitCode).toBe(3);
    expect(await out("group rename team crew")).toMatch(/\ncrew /);
    expect((await corral("group add team alice")).exitCode).toBe(3);
    expect((await corral("group add crew nobody")).exitCode).toBe(6);
  });

  it("limits what people may have", async () => {
    expect(await out("quota set alice --guests 2 --memory 256 --image demo")).toBe(
      "2 guests\n256 MiB of memory\nonly these images: demo\n",
    );
    await out("quota set @crew --disk 4096");
    const shown = await out("quota alice");
    expect(shown).toMatch(/^ +USED {2}LIMIT {2}@CREW\nguests +0 +2\n/);
    expect(shown).toMatch(/MiB of disk +0 +0 of 4096/);
    expect(shown).toContain("Only these images: demo");
    expect(await out("quota set alice --guests none")).not.toContain("guests");
    expect((await json("quota alice")).pools).toMatchObject([
      { group: null, limits: { guests: null, memoryMiB: 256, images: ["demo"] } },
      { group: "crew", limits: { diskMiB: 4096 } },
    ]);
    expect((await corral("quota set nobody --guests 1")).exitCode).toBe(3);
    expect(await out("quota clear @crew")).toBe("There is no limit.\n");
    expect(await out("quota clear alice")).toBe("There is no limit.\n");
  });

  it("offers templates, and makes guests from them", async () => {
    expect(await out("templates")).toBe("No templates.\n");
    await out("template create shell --image demo --size small=64 --size big=128+16");
    expect(await out("templates")).toMatch(/\nshell +demo +newest +small=64 big=128\+16/);
    expect((await json("template change shell --description handy")).description).toBe("handy");
    expect(await out("create web1 --template shell --size small")).toBe("web1 is created and stopped.\n");
    expect((await corral("create web2 --template shell --size huge")).exitCode).toBe(6);
    expect((await corral("template create shell --image demo --size a=64")).exitCode).toBe(6);
    expect(await out("template delete shell")).toContain("is deleted");
    expect((await json("guests web1")).definition.memoryMiB).toBe(64);
  });

  it("shares a guest with users and groups", async () => {
    expect(await out("share web1 alice watch")).toMatch(/\nalice +watch/);
    expect(await out("share web1 @crew use")).toMatch(/\n@crew +use/);
    expect(await out("unshare web1 alice")).not.toContain("alice");
    expect((await corral("unshare web1 alice")).exitCode).toBe(3);
    expect(await out("unshare web1 @crew")).toBe("It is shared with nobody.\n");
  });

  it("gives out links to watch a console, and takes them back", async () => {
    expect(await out("link create web1 --label Eve --hours 1")).toMatch(/^http:\S+\/watch#[\w-]{43}\n$/);
    const [link] = await json("links web1");
    expect(link).toMatchObject({ console: "con0", label: "Eve", createdBy: PERSON.name, viewers: 0 });
    expect(await out("links web1")).toContain(link.id);
    expect((await corral("link create web1 con9")).exitCode).toBe(3);
    await out(`link delete web1 ${link.id}`);
    expect((await corral(`link delete web1 ${link.id}`)).exitCode).toBe(3);
    expect(await out("links web1")).toBe("No links.\n");
  });

  it("deletes guests so that they can be brought back, and for good", async () => {
    expect(await out("delete web1")).toContain("corral restore web1");
    expect((await corral("guests web1")).exitCode).toBe(3);
    expect(await out("discarded")).toMatch(/\nweb1 +ada/);
    expect(await out("restore web1")).toBe("web1 is back.\n");
    expect(await out("discarded")).toBe("No deleted guests.\n");
    await out("delete web1");
    expect(await out("discarded delete web1 --yes")).toBe("web1 is deleted for good.\n");
    expect((await corral("restore web1")).exitCode).toBe(3);
  });

  it("shows logins, tokens and keys, and ends them", async () => {
    const [session] = await json("sessions");
    expect(session).toMatchObject({ address: "127.0.0.1" });
    expect(await out("sessions ada")).toContain(session.id);
    await out(`session end ${session.id}`);
    expect(await out("user logout ada")).toContain("logged out everywhere");
    expect(await out("sessions")).toBe("None.\n");
    await server.client.logIn({ body: PERSON });

    const { secret } = await json("token create laptop");
    const [token] = await json("tokens", secret);
    expect(await out("tokens", secret)).toMatch(/laptop +full +all +never/);
    // Who has only a token makes nothing that outlives it.
    expect((await corral("sessions", secret)).exitCode).toBe(5);
    await out(`token delete ${token.id}`, secret);
    expect((await corral("tokens", secret)).exitCode).toBe(5);

    const file = join(server.home, "id");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "laptop", "-f", file]);
    const { id } = await json(`key add ${file}.pub`);
    expect(await out("keys")).toMatch(/laptop +ssh-ed25519 +SHA256:/);
    expect((await corral(`key add ${file}.pub`)).exitCode).toBe(6);
    await out(`key delete ${id}`);
    expect(await out("keys")).toBe("No keys.\n");
  });

  it("opens the ssh door and shuts it", async () => {
    expect(await out("ssh-door")).toContain("is shut");
    const port = await freePort();
    expect(await out(`ssh-door open --port ${port}`)).toContain(
      `open at port ${port} of 127.0.0.1. Its host key is SHA256:`,
    );
    expect(await json("ssh-door shut")).toMatchObject({ isOpen: false, port });
  });
});
