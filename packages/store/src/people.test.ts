import { expect, test } from "vitest";
import { temporaryStore } from "./testing/temporaryStore.ts";

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString();

const withAlice = () => {
  const store = temporaryStore();
  return { store, alice: store.users.insert({ name: "alice", role: "admin", passwordHash: "hash of alice" }) };
};

test("a user is found without the hash of their password", () => {
  const { store, alice } = withAlice();
  expect(store.users.find("alice")).toEqual(alice);
  expect(JSON.stringify(store.users.list())).not.toContain("hash of alice");
  expect(store.users.passwordHash("alice")).toBe("hash of alice");
  expect(store.users.passwordHash("bob")).toBeNull();
  expect(store.users.firstAdmin()).toEqual(alice);
  expect(() => store.users.insert({ name: "alice", role: "user", passwordHash: "" })).toThrow("alice");
});

test("a session is live until it expires or is deleted", () => {
  const { store, alice } = withAlice();
  const session = { userId: alice.id, address: "127.0.0.1" };
  const live = store.sessions.insert({ ...session, hash: "a", expiresAt: inAnHour() });
  store.sessions.insert({ ...session, hash: "b", expiresAt: anHourAgo() });
  expect(store.sessions.findLive("a")).toEqual({ session: live, user: alice });
  expect(store.sessions.findLive("b")).toBeNull();
  store.sessions.delete(live.id);
  expect(store.sessions.isLive(live.id)).toBe(false);
});

test("sessions of one user are bounded", () => {
  const { store, alice } = withAlice();
  const all = Array.from({ length: 60 }, (_, n) =>
    store.sessions.insert({ userId: alice.id, address: "::1", hash: String(n), expiresAt: inAnHour() }),
  );
  expect(all.filter(({ id }) => store.sessions.isLive(id))).toHaveLength(50);
  expect(store.sessions.findLive("59")).not.toBeNull();
});

test("a login link works once, until it expires, and only the newest of one person", () => {
  const { store, alice } = withAlice();
  store.loginLinks.insert({ hash: "old", userId: alice.id, expiresAt: inAnHour() });
  store.loginLinks.insert({ hash: "new", userId: alice.id, expiresAt: inAnHour() });
  store.loginLinks.insert({ hash: "first", userId: null, expiresAt: anHourAgo() });
  expect(["old", "new", "first"].map((hash) => store.loginLinks.findUsable(hash)?.hash)).toEqual([
    undefined,
    "new",
    undefined,
  ]);
  expect([store.loginLinks.use("new"), store.loginLinks.use("new"), store.loginLinks.use("first")]).toEqual([
    true,
    false,
    false,
  ]);
});

test("only its owner deletes a token", () => {
  const { store, alice } = withAlice();
  const token = store.tokens.insert({ userId: alice.id, label: "laptop", hash: "h" });
  expect(store.tokens.find(token.id)).toEqual({ token, user: alice });
  expect(store.tokens.delete(token.id, "someone-else")).toBe(false);
  expect(store.tokens.delete(token.id, alice.id)).toBe(true);
  expect(store.tokens.listOf(alice.id)).toEqual([]);
});
