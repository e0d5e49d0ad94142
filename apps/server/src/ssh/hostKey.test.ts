import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { newPrivateKey } from "./hostKey.ts";

test("every host key that is made can be read again", () => {
  const unreadable = Array.from({ length: 2_000 }, newPrivateKey).filter(
    (key) => ssh2.utils.parseKey(key) instanceof Error,
  );
  expect(unreadable).toEqual([]);
});
