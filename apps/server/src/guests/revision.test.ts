import type { Guest, GuestChanges, GuestDefinition } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

const CHANGES = 200;

/** A value of each of ten fields that no other round gives it. */
const changesOf = (round: number): GuestChanges[] => [
  { description: `round ${round}` },
  { notes: `note ${round}` },
  { tags: [`t${round}`] },
  { memoryMiB: 64 + round },
  { niceness: round % 20 },
  { autostart: round % 2 === 0 },
  { guestLink: round % 2 === 1 },
  { init: `/sbin/init${round}` },
  { umid: `u-${round}` },
  { restartPolicy: round % 2 === 0 ? "always" : "never" },
];

const stocked = async () => {
  const server = await TestServer.open();
  server.stock();
  const ada = await server.user("ada", "admin");
  const bob = await server.user("bob", "admin");
  const created = await server.call("POST", "/guests", { as: ada, body: { name: "web1", image: "demo" } });
  return { server, ada, bob, created };
};

test(`of ${CHANGES} changes of different fields at once none is lost`, async () => {
  const { server, ada } = await stocked();
  const changes = Array.from({ length: CHANGES / 10 }, (_, round) => changesOf(round + 1)).flat();
  const answers = await Promise.all(
    changes.map(async (body) => {
      const answer = await server.call("PATCH", "/guests/web1", { as: ada, body });
      expect(answer.statusCode, answer.body).toBe(200);
      return { body, guest: answer.json() as Guest };
    }),
  );
  const { definition, revision }: Guest = (await server.call("GET", "/guests/web1", { as: ada })).json();
  expect(new Set(answers.map(({ guest }) => guest.revision)).size).toBe(revision - 1);
  // The last one to have changed a field says what it is, whoever changed the others meanwhile.
  const last = new Map<string, { readonly revision: number; readonly value: unknown }>();
  for (const { body, guest } of answers) {
    const [[field, value] = ["", null]] = Object.entries(body);
    if (guest.revision >= (last.get(field)?.revision ?? 0)) last.set(field, { revision: guest.revision, value });
  }
  expect(last.size).toBe(10);
  for (const [field, { value }] of last) expect(definition[field as keyof GuestDefinition], field).toEqual(value);
});

test("a change of what somebody has seen is made only while that is still so, and says who changed what", async () => {
  const { server, ada, bob, created } = await stocked();
  expect(created.headers.etag).toBe('"1"');
  const change = (as: typeof ada, body: object, ifMatch?: string) =>
    server.call("PATCH", "/guests/web1", { as, body, ...(ifMatch && { headers: { "if-match": ifMatch } }) });

  const first = await change(bob, { memoryMiB: 96, tags: ["web"] }, '"1"');
  expect(first.headers.etag).toBe('"2"');
  expect(first.json().revision).toBe(2);

  const late = await change(ada, { description: "mine" }, '"1"');
  expect(late.statusCode).toBe(412);
  expect(late.json().error).toMatchObject({
    code: "changed_meanwhile",
    message: expect.stringContaining("web1 was changed since you looked at it: bob changed tags, memoryMiB."),
    details: [
      { field: "tags", message: "was changed by bob meanwhile" },
      { field: "memoryMiB", message: "was changed by bob meanwhile" },
    ],
  });
  const now = await server.call("GET", "/guests/web1", { as: ada });
  expect(now.headers.etag).toBe('"2"');
  expect(now.json().definition.description).toBe("");

  expect((await change(ada, { description: "mine" }, '"2"')).json().definition).toMatchObject({
    description: "mine",
    memoryMiB: 96,
  });
  expect((await change(ada, { description: "any" }, "*")).statusCode).toBe(200);
  // A change of nothing is no change.
  expect((await change(ada, { description: "any" })).json().revision).toBe(4);
});

test.each(["3", '"0"', 'W/"1"', '"x"', '"1", "2"'])("an If-Match of %s is refused in words", async (ifMatch) => {
  const { server, ada } = await stocked();
  const answer = await server.call("PATCH", "/guests/web1", {
    as: ada,
    body: { description: "x" },
    headers: { "if-match": ifMatch },
  });
  expect(answer.statusCode).toBe(400);
  expect(answer.json().error.message).toContain("must be the ETag of the definition that you saw");
});
