import { z } from "zod";

/*
 * Network interfaces of a guest that need nothing set up on the host: both kinds speak UDP over the loopback of the
 * guest's own network namespace. Two of them whose ports are each other's are the ends of a cable. What other transports
 * there are, and why they are not offered: WITHHELD_TRANSPORTS.
 */

export const INTERFACES_MAXIMUM = 8;

export const TRANSPORTS = ["l2tpv3", "ucast"] as const;

/** Below 1024 the guest's kernel, which has no capabilities, may not listen. */
const port = z.int().min(1024, "must be 1024 to 65535").max(65_535, "must be 1024 to 65535");

const common = {
  port: port.describe("UDP port of this end, on the loopback of the guest's own network namespace"),
  peerPort: port.describe("UDP port of the other end"),
  mac: z
    .string()
    .regex(/^02(:[0-9a-f]{2}){5}$/, "must be a locally administered address such as 02:00:00:00:00:01")
    .nullable()
    .default(null)
    .describe("null: the guest's kernel makes one up"),
};

export const networkInterface = z.discriminatedUnion("transport", [
  z.strictObject({
    transport: z.literal("l2tpv3").describe("A vector interface, which every kernel since 4.17 may have"),
    device: z.string().regex(/^vec[0-7]$/, "must be vec0 to vec7"),
    ...common,
  }),
  z.strictObject({
    transport: z.literal("ucast").describe("An interface of the older kind, which kernels from 7 on do not have"),
    device: z.string().regex(/^eth[0-7]$/, "must be eth0 to eth7"),
    ...common,
  }),
]);
export type NetworkInterface = z.infer<typeof networkInterface>;

/**
 * What is allowed and cannot work: an interface whose other end is in another guest, since each guest has a network
 * namespace, and so a loopback, of its own. In words for people.
 */
export const interfaceWarnings = (interfaces: readonly NetworkInterface[]): string[] =>
  interfaces
    .filter(({ port, peerPort }) => !interfaces.some((other) => other.port === peerPort && other.peerPort === port))
    .map(
      ({ device, port, peerPort }) =>
        `${device} can connect to nothing: its other end, port ${peerPort}, would have to be an interface of this same guest that leads back to port ${port}. Guests cannot reach each other this way, since each has a network of its own.`,
    );

/** For people: why a guest is not given these. */
export const WITHHELD_TRANSPORTS: readonly (readonly [transports: string, why: string])[] = [
  ["tap, tuntap, ethertap, slip", "need a device that an administrator of the host sets up and hands into the sandbox"],
  ["raw, hybrid, gre", "need the right to see the host's own traffic (CAP_NET_RAW)"],
  ["fd, bess, daemon, vde", "need a switch of the host that the sandbox could reach; nobody runs one there"],
  ["mcast", "needs a route for multicast, which the sandbox's network does not have"],
  ["slirp, pcap", "need programs or libraries that are not in the sandbox"],
];
