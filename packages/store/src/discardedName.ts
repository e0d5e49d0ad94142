import { DISCARDED_SUFFIX } from "@corral/contracts";

/** Stands in no name, so that what was discarded keeps nobody from a name. */
const MARK = "~";

/** What a discarded guest is called in the table of guests. */
export const discardedName = (name: string, id: string): string => `${name}${MARK}${id}`;

/** What it was called before. */
export const plainName = (stored: string): string => stored.split(MARK)[0] ?? stored;

/** A guest as it is named where something else says who uses it. */
export interface GuestName {
  readonly id: string;
  /** web1 (deleted) for one that was discarded. */
  readonly name: string;
}

export const namesOf = (guests: readonly GuestName[]): string => guests.map(({ name }) => name).join(", ");

/** For people, where discarded guests are named among others. */
export const nameInWords = (stored: string): string =>
  stored.includes(MARK) ? `${plainName(stored)}${DISCARDED_SUFFIX}` : stored;
