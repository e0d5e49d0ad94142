import { CorralError } from "@corral/contracts";

/** Nothing was printed at this offset yet; the log ends at `end`. */
export const beyondEnd = (offset: number, end: number): CorralError =>
  new CorralError("offset_beyond_end", `The log ends at ${end}; nothing was ever printed at ${offset}.`);

/** What was printed at this offset has been deleted; what is kept goes on at `next`. */
export const expired = (offset: number, next: number): CorralError =>
  new CorralError(
    "offset_expired",
    `The log at ${offset} is not kept any more. The next byte that is kept is ${next}.`,
  );
