import { descriptorLimit, reservedDescriptors } from "@corral/supervisor";
import { ConnectionGate } from "./connectionGate.ts";
import { descriptorOf } from "./descriptorOf.ts";

/** What a browser with many consoles open needs ten times over. */
const OF_PERSON_MAXIMUM = 256;
/** Somebody who has not logged in yet has a handful. */
const STRANGERS_MAXIMUM = 512;
const STRANGERS_OF_NETWORK_MAXIMUM = 128;
/** Of what is not reserved, one person may have this part, and so may all strangers together; a network a part of theirs. */
const PART = 1 / 3;
const NETWORK_PART = 1 / 4;
/** A browser sends its request with the connection; a server that is very busy reads it some time later. */
const GRACE_MS = 1_000;

/**
 * The gate of the page and the API. In all there may be as many connections as there are descriptors, but for those that
 * are kept for what runs.
 */
export const pageConnections = (limit = descriptorLimit()): ConnectionGate => {
  const usable = limit - reservedDescriptors(limit);
  const strangers = Math.min(STRANGERS_MAXIMUM, Math.floor(usable * PART));
  const limits = {
    known: Number.POSITIVE_INFINITY,
    knownOfPerson: Math.min(OF_PERSON_MAXIMUM, Math.floor(usable * PART)),
    strangers,
    strangersOfNetwork: Math.min(STRANGERS_OF_NETWORK_MAXIMUM, Math.floor(strangers * NETWORK_PART)),
    graceMs: GRACE_MS,
  };
  return new ConnectionGate(limits, (socket) => descriptorOf(socket) >= usable);
};
