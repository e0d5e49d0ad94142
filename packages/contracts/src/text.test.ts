import { expect, it } from "vitest";
import type { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { feedFrame } from "./events.ts";
import { pagePath } from "./text.ts";

it("takes an address of the page, and none that leads a browser to another server", () => {
  const here = "https://corral.example";
  for (const path of ["/", "/guests/web1?tab=log#x", "/consoles?panes=a:con0,b:con0", "/@evil.example"]) {
    expect(pagePath.safeParse(path).success, path).toBe(true);
    expect(new URL(path, here).origin, path).toBe(here);
  }
  const foreign = ["//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n\\evil.example"];
  for (const path of foreign) expect(new URL(path, here).origin, path).toBe("https://evil.example");
  for (const path of [
    ...foreign,
    "",
    "guests",
    "https://evil.example/",
    "javascript:alert(1)",
    " //evil.example",
    "/a b",
    "/\u202e",
    `/${"a".repeat(1000)}`,
    null,
    ["/"],
  ]) {
    expect(pagePath.safeParse(path).success, String(path)).toBe(false);
  }
});

/** Each text in a schema, by its path. */
const textsOf = (schema: unknown, path = ""): [string, z.ZodType][] => {
  const { def } = (schema as { _zod: { def: Record<string, unknown> } })._zod;
  const inner = (part: unknown, name = "") =>
    textsOf(part, path === "" || name === "" ? path + name : `${path}.${name}`);
  if (def.type === "object") return Object.entries(def.shape as object).flatMap(([name, part]) => inner(part, name));
  if (def.type === "array") return inner(def.element);
  if (def.type === "union") return (def.options as unknown[]).flatMap((part) => inner(part));
  if (def.type === "pipe") return inner(def.in);
  if (def.innerType !== undefined) return inner(def.innerType);
  return def.type === "string" ? [[path, schema as z.ZodType]] : [];
};

const TURNED = "a\u202eb";

it("takes no text from people that is not read as it is written, but secrets and what a guest is given", () => {
  const taken = Object.entries<Endpoint>(endpoints).flatMap(([name, { body }]) =>
    (body === undefined ? [] : textsOf(body))
      .filter(([, text]) => text.safeParse(TURNED).success)
      .map(([path]) => `${name} ${path}`),
  );
  const secrets = /(password|current|code)$/;
  expect(taken.filter((one) => !secrets.test(one))).toEqual([
    // Words and paths in a guest are its own, and shown as shownText.
    "execInGuest command",
    "mconsoleRaw command",
    "strangerMconsole command",
  ]);
});

it("answers no text that is not read as it is written, but what a command in a guest printed", () => {
  const given = [...Object.entries<Endpoint>(endpoints), ["feed", { response: feedFrame }] as const].flatMap(
    ([name, { response }]) =>
      (response === undefined ? [] : textsOf(response))
        .filter(([, text]) => text.safeParse(TURNED).data === TURNED)
        .map(([path]) => `${name} ${path}`),
  );
  const opaque =
    /(\b(id|rpId|secret|url|uri|ticket|challenge|recoveryCodes|nextCursor|sessionId)|(rp|user)\.(name|displayName))$/;
  expect(given.filter((one) => !opaque.test(one))).toEqual(["execInGuest stdout", "execInGuest stderr"]);
});
