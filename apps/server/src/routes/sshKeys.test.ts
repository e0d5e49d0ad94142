import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

const blob = (fill: number) =>
  Buffer.concat([Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20"), Buffer.alloc(32, fill)]).toString("base64");

test("a person's keys are theirs alone, each once", async () => {
  const server = await TestServer.open();
  const [ada, eve] = [await server.user("ada", "user"), await server.user("eve", "user")];
  const add = (as: typeof ada, key: string) => server.call("POST", "/keys", { as, body: { key } });

  const added = (await add(ada, `ssh-ed25519 ${blob(1)} ada@laptop`)).json();
  expect(added).toMatchObject({
    label: "ada@laptop",
    fingerprint: expect.stringMatching(/^SHA256:/),
    lastUsedAt: null,
  });
  expect((await add(ada, `ssh-ed25519 ${blob(1)} again`)).json().error.code).toBe("name_taken");
  expect((await add(eve, `ssh-ed25519 ${blob(1)}`)).statusCode).toBe(201);
  expect((await add(ada, "ssh-frob AAAA")).json().error).toMatchObject({
    code: "impossible",
    details: [{ field: "key" }],
  });
  expect(server.store.sshKeys.find(ada.user.id, "ssh-ed25519", blob(1))?.id).toBe(added.id);
  expect(server.store.sshKeys.find(ada.user.id, "ssh-ed25519", blob(2))).toBeNull();

  expect((await server.call("DELETE", `/keys/${added.id}`, { as: eve })).statusCode).toBe(404);
  expect((await server.call("DELETE", `/keys/${added.id}`, { as: ada })).statusCode).toBe(204);
  expect((await server.call("GET", "/keys", { as: ada })).json().items).toEqual([]);
  expect((await server.call("GET", "/keys", { as: eve })).json().items).toHaveLength(1);
});
