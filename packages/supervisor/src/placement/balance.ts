/** A guest that is on, as far as its place is concerned. */
export interface Placed {
  readonly id: string;
  /** Null: several, or one that is not there any more. */
  readonly processor: number | null;
  /** Percent of a processor that it used lately. One that boots counts as using a whole one. */
  readonly load: number;
  /** Whether its place is ours to choose. */
  readonly isMovable: boolean;
}

export interface Move {
  readonly id: string;
  readonly to: number;
}

/** In percent of a processor: a difference smaller than this is none. */
const NOTICEABLE = 10;

/** The processor with the least work, among equals with the fewest guests, among those the first. There is at least one. */
export const lightest = (processors: readonly number[], guests: readonly Placed[]): number =>
  [...processors].sort(
    (one, other) =>
      Math.round(loadOn(one, guests) / NOTICEABLE) - Math.round(loadOn(other, guests) / NOTICEABLE) ||
      guestsOn(one, guests).length - guestsOn(other, guests).length,
  )[0] as number;

/**
 * The move after which the processors share the work more evenly, one at a time since what a guest uses where it has to
 * share says little about what it will use elsewhere. Null when none is worth it: a move never makes another processor as
 * busy as the one it relieves.
 */
export const nextMove = (processors: readonly number[], guests: readonly Placed[]): Move | null => {
  const homeless = guests.find((guest) => guest.isMovable && !processors.includes(guest.processor ?? -1));
  if (homeless !== undefined) return { id: homeless.id, to: lightest(processors, guests) };

  const byLoad = [...processors].sort((one, other) => loadOn(one, guests) - loadOn(other, guests));
  const [to, from] = [byLoad[0] as number, byLoad.at(-1) as number];
  const gap = loadOn(from, guests) - loadOn(to, guests);
  const best = guestsOn(from, guests)
    .filter(({ isMovable, load }) => isMovable && load >= NOTICEABLE && load <= gap - NOTICEABLE)
    .sort((one, other) => Math.abs(one.load - gap / 2) - Math.abs(other.load - gap / 2))[0];
  return best === undefined ? null : { id: best.id, to };
};

const guestsOn = (processor: number, guests: readonly Placed[]): Placed[] =>
  guests.filter((guest) => guest.processor === processor);

const loadOn = (processor: number, guests: readonly Placed[]): number =>
  guestsOn(processor, guests).reduce((sum, { load }) => sum + load, 0);
