import { CorralError } from "@corral/contracts";
import type { GuestStatus, Supervisor } from "@corral/supervisor";
import { expect, test } from "vitest";
import { Addresses } from "./addresses.ts";

/*
 * A supervisor whose guests answer when the test lets them: of fifty real ones nobody could say how many are asked at a
 * time. How a real guest's address is read is tested with the guest link and with the page.
 */
const supervising = () => {
  const asked: { id: string; answer: (...addresses: string[]) => void; fail: () => void }[] = [];
  const runs = new Map<string, Partial<GuestStatus>>();
  const supervisor = {
    status: (id: string) => ({ state: "running", link: "up", startedAt: "first", ...runs.get(id) }) as GuestStatus,
    inside: (id: string) => {
      const network = () =>
        new Promise((answer, fail) => {
          asked.push({
            id,
            answer: (...addresses) => answer({ interfaces: [{ addresses }] }),
            fail: () => fail(new CorralError("guest_silent", "It does not answer.")),
          });
        });
      return { network } as unknown as ReturnType<Supervisor["inside"]>;
    },
  } satisfies Pick<Supervisor, "status" | "inside">;
  const found: string[] = [];
  return { asked, runs, found, addresses: new Addresses(supervisor, (id) => found.push(id)) };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("of fifty guests that are shown at once two are asked at a time, each once", async () => {
  const { addresses, asked, found } = supervising();
  const ids = Array.from({ length: 50 }, (_, n) => `guest-${n}`);
  for (let look = 0; look < 3; look += 1) for (const id of ids) expect(addresses.of(id)).toBeNull();
  expect(asked).toHaveLength(2);
  for (let n = 0; n < 50; n += 1) {
    asked[n]?.answer("127.0.0.1/8", `10.0.0.${n}/24`);
    await turn();
    expect(asked).toHaveLength(Math.min(50, n + 3));
  }
  expect(ids.map((id) => addresses.of(id))).toEqual(ids.map((_, n) => `10.0.0.${n}`));
  expect(asked).toHaveLength(50);
  expect(found).toEqual(ids);
});

test("what is known is shown while it is asked anew, and of another run nothing is known", async () => {
  const { addresses, asked, runs, found } = supervising();
  addresses.of("web1");
  asked[0]?.answer("fe80::1/64", "::1/128", "2001:db8::2/64", "10.0.0.2/24");
  await turn();
  expect(addresses.of("web1", Date.now() + 59_000)).toBe("10.0.0.2");
  expect(asked).toHaveLength(1);
  expect(addresses.of("web1", Date.now() + 61_000)).toBe("10.0.0.2");
  asked[1]?.answer("10.0.0.2/24");
  await turn();
  expect(found).toEqual(["web1"]);
  runs.set("web1", { startedAt: "second" });
  expect(addresses.of("web1")).toBeNull();
  asked[2]?.answer("2001:db8::3/64");
  await turn();
  expect(addresses.of("web1")).toBe("2001:db8::3");
});

test("one that is off, or has no link, is not asked; one that fails is asked later, and holds nobody up", async () => {
  const { addresses, asked, runs } = supervising();
  runs.set("off", { state: "stopped" });
  runs.set("silent", { link: "silent" });
  expect([addresses.of("off"), addresses.of("silent")]).toEqual([null, null]);
  expect(asked).toEqual([]);
  addresses.of("web1");
  asked[0]?.fail();
  await turn();
  expect(addresses.of("web1")).toBeNull();
  expect(asked).toHaveLength(1);
  expect(addresses.of("web1", Date.now() + 11_000)).toBeNull();
  expect(asked).toHaveLength(2);
});
