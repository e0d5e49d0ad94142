import { expect, test } from "vitest";
import { someDefinition, someKernel, temporaryStore } from "./testing/temporaryStore.ts";

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString();

const someToken = { label: "laptop", hash: "h", scope: "full", guestIds: null, expiresAt: null } as const;

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
  expect(store.sessions.findLiveById(live.id)).toBeNull();
});

test("sessions of one user are bounded", () => {
  const { store, alice } = withAlice();
  const all = Array.from({ length: 60 }, (_, n) =>
    store.sessions.insert({ userId: alice.id, address: "::1", hash: String(n), expiresAt: inAnHour() }),
  );
  expect(all.filter(({ id }) => store.sessions.findLiveById(id) !== null)).toHaveLength(50);
  expect(store.sessions.findLive("59")).not.toBeNull();
});

test("a login link works once, until it expires, and only the newest of one person", () => {
  const { store, alice } = withAlice();
  store.loginLinks.insert({ hash: "old", kind: "login", userId: alice.id, expiresAt: inAnHour() });
  store.loginLinks.insert({ hash: "new", kind: "login", userId: alice.id, expiresAt: inAnHour() });
  store.loginLinks.insert({ hash: "first", kind: "first-admin", expiresAt: anHourAgo() });
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
  const token = store.tokens.insert({ ...someToken, userId: alice.id });
  expect(store.tokens.findLive(token.id)).toEqual({ token, user: alice });
  expect(store.tokens.delete(token.id, "someone-else")).toBe(false);
  expect(store.tokens.delete(token.id, alice.id)).toBe(true);
  expect(store.tokens.listOf(alice.id)).toEqual([]);
});

test("a token is worth nothing once it has expired, and nothing is worth anything to whom is disabled", () => {
  const { store, alice } = withAlice();
  store.users.insert({ name: "bob", role: "admin", passwordHash: null });
  const old = store.tokens.insert({ ...someToken, userId: alice.id, expiresAt: anHourAgo() });
  const good = store.tokens.insert({ ...someToken, userId: alice.id, expiresAt: inAnHour() });
  store.sessions.insert({ hash: "a", userId: alice.id, address: "::1", expiresAt: inAnHour() });
  expect([store.tokens.findLive(old.id), store.tokens.findLive(good.id)?.token.id]).toEqual([null, good.id]);
  store.users.update(alice.id, { disabledAt: anHourAgo() });
  expect([store.tokens.findLive(good.id), store.sessions.findLive("a")]).toEqual([null, null]);
  expect(store.users.firstAdmin()?.name).toBe("bob");
});

test("the last admin who can log in stays one", () => {
  const { store, alice } = withAlice();
  const bob = store.users.insert({ name: "bob", role: "admin", passwordHash: "x" });
  store.users.update(bob.id, { disabledAt: anHourAgo() });
  const refusals = [
    () => store.users.update(alice.id, { role: "operator" }),
    () => store.users.update(alice.id, { disabledAt: anHourAgo() }),
    () => store.users.delete(alice),
  ];
  for (const refused of refusals) expect(refused).toThrow("alice is the last admin");
  store.users.update(bob.id, { disabledAt: null });
  store.users.delete(alice);
  expect(store.users.list().map(({ name }) => name)).toEqual(["bob"]);
});

test("a person without a password has none that matches", () => {
  const { store } = withAlice();
  store.users.insert({ name: "bob", role: "user", passwordHash: null });
  expect(store.users.passwordHash("bob")).toBeNull();
  expect(store.users.people().map(({ name, hasPassword }) => [name, hasPassword])).toEqual([
    ["alice", true],
    ["bob", false],
  ]);
});

test("a right comes from a grant to the user or to a group they are in, and the greatest counts", () => {
  const { store, alice } = withAlice();
  const [bob, eve] = ["bob", "eve"].map((name) => store.users.insert({ name, role: "user", passwordHash: null }));
  if (bob === undefined || eve === undefined) throw new Error("two users were made");
  const kernelId = store.kernels.insert(someKernel).id;
  const guest = store.guests.insert(
    { ...someDefinition, disks: [] },
    { ownerId: alice.id, kernelId, imageIds: new Map() },
  );
  const group = store.groups.insert("team");
  store.groups.setMembers(group.id, [bob.id, bob.id, eve.id]);
  store.grants.replace(guest.id, [
    { userId: bob.id, groupId: null, right: "manage" },
    { userId: null, groupId: group.id, right: "watch" },
  ]);
  const rights = () => Object.fromEntries(store.guests.find(guest.id)?.rights ?? []);
  expect(rights()).toEqual({ [bob.id]: "manage", [eve.id]: "watch" });
  expect(store.grants.of(guest.id)).toEqual([
    { kind: "user", name: "bob", right: "manage" },
    { kind: "group", name: "team", right: "watch" },
  ]);
  expect(store.users.people().find(({ name }) => name === "eve")?.groups).toEqual(["team"]);
  store.groups.delete(group.id);
  expect(rights()).toEqual({ [bob.id]: "manage" });
});
