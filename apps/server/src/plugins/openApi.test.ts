import { type Endpoint, ERROR_STATUS, endpoints, errorsOf } from "@corral/contracts";
import { expect, test } from "vitest";
import { TestServer } from "../testing/testServer.ts";

interface Operation {
  readonly operationId?: string;
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

test("each operation lists what it answers, and which errors, from the data of its route", async () => {
  const server = await TestServer.open();
  const document = (
    await server.http.inject({ url: "/api/docs/json", headers: { host: new URL(server.services.origins.first).host } })
  ).json();
  const operations = (Object.values(document.paths) as Record<string, Operation>[]).flatMap((path) =>
    Object.values(path),
  );
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(endpoints).sort());
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
    const { responses } = operations.find(({ operationId }) => operationId === name) ?? { responses: {} };
    const statuses = new Set(errorsOf(endpoint).map((code) => ERROR_STATUS[code]));
    expect(Object.keys(responses).map(Number), name).toEqual([endpoint.status, ...[...statuses].sort((a, b) => a - b)]);
    for (const code of errorsOf(endpoint)) {
      const { description, content } = responses[ERROR_STATUS[code]] ?? {};
      expect(description?.split(", "), name).toContain(code);
      expect(content?.["application/json"]?.schema, name).toMatchObject({ properties: { error: {} } });
    }
    const answer = responses[endpoint.status];
    expect(Object.keys(answer?.content ?? {}), name).toEqual(
      endpoint.status === 204 ? [] : [endpoint.contentType ?? "application/json"],
    );
  }
});
