import { expect, it } from "vitest";
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
