import { type Endpoint, type EndpointName, endpoints, LIST_MAXIMUM } from "@corral/contracts";
import { expect, test } from "vitest";
import { callOf } from "../testing/calls.ts";
import { type Login, TestServer } from "../testing/testServer.ts";

/** Every endpoint that answers with items; the marks of a log are a stretch of that log, asked for by its offsets. */
const LISTS = (Object.entries(endpoints) as [EndpointName, Endpoint][])
  .filter(([, { response }]) => "items" in ((response as { shape?: object } | undefined)?.shape ?? {}))
  .map(([name]) => name)
  .filter((name) => name !== "logMarks");

/** Those of which the tests make more than one item; of the others there is what there is. */
const MANY: readonly EndpointName[] = [
  "listTokens",
  "listUsers",
  "listInvites",
  "listGroups",
  "listSessions",
  "listSessionsOf",
  "listWatchLinks",
  "listVitals",
  "listGuests",
  "listEvents",
  "listCards",
  "listTemplates",
  "listDiscarded",
  "mconsoleSysrqKeys",
  "listImages",
  "listKernels",
  "findKernels",
];

const filled = async (): Promise<{ server: TestServer; as: Login }> => {
  const server = await TestServer.open();
  server.stock();
  const as = await server.user("ada", "admin");
  const make = async (path: string, body: object) => {
    const { statusCode, body: answer } = await server.call("POST", path, { as, body });
    expect(statusCode, `${path}: ${answer}`).toBe(201);
  };
  const kernel = server.store.kernels.find("linux");
  const image = server.store.images.find("demo");
  if (kernel === null || image === null) throw new Error("they were stocked");
  const { id: _, createdAt: __, ...sameKernel } = kernel;
  const { id: ___, createdAt: ____, ...sameImage } = image;
  for (const number of [10, 9, 1]) {
    server.services.sessions.open(as.user, "127.0.0.1");
    server.tools.kernels.set(`/usr/bin/linux${number}`, "6.1.176");
    server.store.kernels.insert({ ...sameKernel, name: `linux${number}`, path: `/usr/bin/linux${number}` });
    server.store.images.insert({ ...sameImage, name: `demo${number}`, file: `${number}.img` });
    await make("/tokens", { label: `token ${number}` });
    await make("/users", { name: `user${number}` });
    await make("/invites", {});
    await make("/groups", { name: `team${number}` });
    await make("/guests", { name: `web${number}`, image: "demo" });
    await make("/templates", { name: `kind${number}`, image: "demo", sizes: [{ name: "small", memoryMiB: 64 }] });
    await make("/guests", { name: `gone${number}`, image: "demo" });
    await server.call("DELETE", `/guests/gone${number}`, { as });
    await make("/guests/web10/consoles/con0/links", { label: `for ${number}` });
  }
  return { server, as };
};

test("every list takes limit, cursor, q and sort, and answers items, nextCursor and total", async () => {
  const { server, as } = await filled();
  expect(LISTS).toHaveLength(23);
  for (const name of LISTS) {
    const id = name === "listSessionsOf" ? "ada" : "web10";
    const { path } = callOf(name, id);
    const ask = async (query: string) => server.call("GET", `${path}?${query}`, { as });
    const read = async (query: string) => {
      const answer = await ask(query);
      expect(answer.statusCode, `${name} ${query}: ${answer.body}`).toBe(200);
      return answer.json() as { items: unknown[]; nextCursor: string | null; total: number };
    };

    const whole = await read(`limit=${LIST_MAXIMUM}`);
    expect(whole, name).toEqual({ items: expect.any(Array), nextCursor: null, total: whole.items.length });
    if (MANY.includes(name)) expect(whole.items.length, name).toBeGreaterThan(1);

    const walked: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page = await read(`limit=1${cursor === null ? "" : `&cursor=${cursor}`}`);
      expect([page.items.length <= 1, page.total], name).toEqual([true, whole.total]);
      walked.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(idsOf(walked), name).toEqual(idsOf(whole.items));

    const [usual = ""] = sortsOf(name);
    for (const sort of sortsOf(name)) {
      const there = await read(`sort=${sort}`);
      const back = await read(`sort=-${sort}`);
      expect(idsOf(back.items), `${name} ${sort}`).toEqual(idsOf(there.items).toReversed());
    }
    const ways = [usual, `-${usual}`].map((sort) => read(`sort=${sort}`));
    expect((await Promise.all(ways)).map(({ items }) => idsOf(items))).toContainEqual(idsOf(whole.items));

    expect(await read("q=nothing-is-called-so"), name).toEqual({ items: [], nextCursor: null, total: 0 });
    for (const wrong of ["limit=0", `limit=${LIST_MAXIMUM + 1}`, "sort=colour", "cursor=bm90aGluZw"]) {
      const refused = await ask(wrong);
      expect([refused.statusCode, refused.json().error.details?.[0]?.field], `${name} ${wrong}`).toEqual([
        400,
        wrong.split("=")[0],
      ]);
    }
  }
});

/** What tells items apart: some are measured anew each time. */
const idsOf = (items: readonly unknown[]) =>
  items.map((item) => {
    const { id, seq, key, path } = item as Record<string, unknown>;
    return id ?? seq ?? key ?? path;
  });

/** Fields that the description of an endpoint says it can be sorted by. */
const sortsOf = (name: EndpointName): string[] => {
  const { query } = endpoints[name] as { query?: { shape: { sort: { unwrap(): { options: readonly string[] } } } } };
  return query?.shape.sort.unwrap().options.filter((option) => !option.startsWith("-")) ?? [];
};

test("who knows only before still walks through the events", async () => {
  const { server, as } = await filled();
  const whole = (await server.call("GET", "/events?limit=1000", { as })).json().items as { seq: number }[];
  const walked: number[] = [];
  for (let before = ""; ; before = `&before=${walked.at(-1)}`) {
    const { items } = (await server.call("GET", `/events?limit=7${before}`, { as })).json();
    if (items.length === 0) break;
    walked.push(...items.map(({ seq }: { seq: number }) => seq));
  }
  expect(walked).toEqual(whole.map(({ seq }) => seq));
});
