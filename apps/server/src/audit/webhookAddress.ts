import { type LookupAddress, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { impossible } from "@corral/contracts";

/*
 * Where a webhook may go. An address of the web, over https; and nothing of this machine or its networks, unless the
 * admin says that this is meant. A name is judged by the addresses it has at the moment of connecting, so that one that
 * is pointed elsewhere later gets no further. Redirects are not followed.
 */

const INTERNAL = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  INTERNAL.addSubnet(network, bits, "ipv4");
}
// All but 2000::/3 is this machine's, a network's own or of no use; within it are two ways of wrapping IPv4.
for (const [network, bits] of [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 32],
  ["2002::", 16],
] as const) {
  INTERNAL.addSubnet(network, bits, "ipv6");
}

const isInternal = (address: string): boolean => INTERNAL.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

const REFUSAL = "is an address of this machine or its networks. If that is meant, say so: internal";

/** Throws `impossible` for what can be seen to be wrong without asking anybody. */
export const checkWebhookUrl = (text: string, internal: boolean): URL => {
  const url = new URL(text);
  if (internal) return url;
  if (url.protocol !== "https:") throw impossible("url", "must be https: events would cross the web in the clear");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0 && isInternal(host)) throw impossible("url", REFUSAL);
  return url;
};

/** Looks names up for a connection, and refuses those that have an internal address. */
export const outwardLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const [first] = found ?? [];
    if (error !== null || first === undefined) {
      callback(error ?? new Error(`${hostname} has no address`), "", 0);
    } else if (found.some(({ address }) => isInternal(address))) {
      callback(new Error(`${hostname} ${REFUSAL}`), "", 0);
    } else if (options.all === true) {
      callback(null, found);
    } else {
      callback(null, first.address, first.family);
    }
  });
};
