import type { GuestInterface, GuestNetwork } from "@corral/contracts";
import { type RunCommand, runShell } from "./runShell.ts";

const TIMEOUT_MS = 15_000;
const INTERFACES_MAXIMUM = 64;
const ADDRESSES_MAXIMUM = 64;

const SCRIPT = `cat /proc/net/dev
ip -o addr 2>/dev/null
grep -s . /sys/class/net/*/address /dev/null
true`;

export const readNetwork = async (run: RunCommand): Promise<GuestNetwork> =>
  parseNetwork(await runShell(run, SCRIPT, { timeoutMs: TIMEOUT_MS }));

/** Whatever is not understood is left out: the guest may say anything. */
export const parseNetwork = (output: Buffer): GuestNetwork => {
  const text = output.toString("latin1");
  const interfaces = new Map<string, GuestInterface & { addresses: string[] }>();
  // Receive: bytes packets errs drop fifo frame compressed multicast; transmit: bytes packets errs drop ...
  for (const [, name = "", counters = ""] of text.matchAll(/^ *([A-Za-z0-9._-]{1,15}): *(\d[\d ]*)$/gm)) {
    if (interfaces.size >= INTERFACES_MAXIMUM) break;
    const numbers = counters.trim().split(/ +/).map(Number);
    interfaces.set(name, {
      name,
      hardwareAddress: null,
      addresses: [],
      received: trafficOf(numbers.slice(0, 4)),
      sent: trafficOf(numbers.slice(8, 12)),
    });
  }
  for (const [, name = "", address = ""] of text.matchAll(
    /^\d+: ([A-Za-z0-9._-]{1,15})(?:@\S+)? +inet6? ([0-9a-f.:/]{2,50})/gm,
  )) {
    const addresses = interfaces.get(name)?.addresses;
    if (addresses !== undefined && addresses.length < ADDRESSES_MAXIMUM) addresses.push(address);
  }
  for (const [, name = "", hardwareAddress = ""] of text.matchAll(
    /^\/sys\/class\/net\/([A-Za-z0-9._-]{1,15})\/address:([0-9a-f:]{17})$/gm,
  )) {
    const known = interfaces.get(name);
    if (known !== undefined) interfaces.set(name, { ...known, hardwareAddress });
  }
  return { interfaces: [...interfaces.values()] };
};

const trafficOf = ([bytes = 0, packets = 0, errors = 0, dropped = 0]: readonly number[]): GuestInterface["sent"] => ({
  bytes,
  packets,
  errors,
  dropped,
});
