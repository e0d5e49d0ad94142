import type { Boot, OffsetRange, ReadableLog } from "@corral/console";
import { CorralError, type LogPart } from "@corral/contracts";
import { beyondEnd, expired } from "./offsetErrors.ts";

/** A log with the times and boots by which people ask for parts of it. */
export interface GuestLog extends ReadableLog {
  /** Offset of the first byte printed at this time (milliseconds since the epoch) or later. */
  offsetAt(time: number): number;
  /** The stretches of a range that are kept, in order. */
  kept(range: OffsetRange): OffsetRange[];
  /** Boots whose first bytes are kept, oldest first. */
  boots(): Boot[];
}

/** Where one boot's output is: up to the next boot. */
export const rangeOfBoot = (log: GuestLog, boot: number): OffsetRange | null => {
  const boots = log.boots();
  const index = boots.findIndex((each) => each.boot === boot);
  const found = boots[index];
  return found === undefined ? null : { from: found.offset, to: boots[index + 1]?.offset ?? log.end };
};

/**
 * The range that was asked for. Throws CorralError: not_found for a boot that is not kept, offset_expired,
 * offset_beyond_end, invalid_request for a range that ends before it begins.
 */
export const rangeOf = (log: GuestLog, { boot, since, until, from, to }: LogPart): OffsetRange => {
  refuseBackwards("until", since && Date.parse(since), until && Date.parse(until));
  refuseBackwards("to", from, to);
  const { start, end } = log;
  for (const offset of [from, to]) {
    if (offset !== undefined && offset > end) throw beyondEnd(offset, end);
  }
  if (from !== undefined && from < start) throw expired(from, start);
  const ofBoot = boot === undefined ? { from: start, to: end } : rangeOfBoot(log, boot);
  if (ofBoot === null) throw noBoot(log, boot ?? 0);
  const begin = Math.max(ofBoot.from, from ?? 0, since === undefined ? 0 : log.offsetAt(Date.parse(since)));
  const finish = Math.min(ofBoot.to, to ?? end, until === undefined ? end : log.offsetAt(Date.parse(until)));
  return { from: begin, to: Math.max(begin, finish) };
};

const refuseBackwards = (field: string, first: number | "" | undefined, last: number | "" | undefined): void => {
  if (typeof first !== "number" || typeof last !== "number" || first <= last) return;
  const message = "must not be before the beginning of the range";
  throw new CorralError("invalid_request", `${field}: ${message}`, [{ field, message }]);
};

const noBoot = (log: GuestLog, boot: number): CorralError => {
  const numbers = log.boots().map((each) => each.boot);
  const kept = numbers.length === 0 ? "of no boot" : `of boots ${numbers.join(", ")}`;
  return new CorralError("not_found", `The beginning of boot ${boot} is not in this log. It is kept ${kept}.`);
};
