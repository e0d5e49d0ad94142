/** A page or a script that polls a wall does it every few seconds: so long its refusals count as one. */
const WINDOW_MS = 60_000;
/** Different calls of one person that are counted each for itself; all others together, so that no script fills the audit. */
const DIFFERENT_MAXIMUM = 30;

interface Counted {
  again: number;
  readonly tell: (again: number) => void;
  readonly timer: NodeJS.Timeout;
}

/** Tells the first of equal calls at once, and how many followed it within a minute when that is over. */
export class RepeatedCalls {
  /** By person, then by call. */
  readonly #people = new Map<string, Map<string, Counted>>();

  /** `tell(0)` is the first, at once; `tell(again)` stands for all that came after it. */
  count(person: string, call: string, tell: (again: number) => void): void {
    const theirs = this.#people.get(person) ?? new Map<string, Counted>();
    this.#people.set(person, theirs);
    const key = theirs.has(call) || theirs.size < DIFFERENT_MAXIMUM ? call : "others";
    const known = theirs.get(key);
    if (known !== undefined) {
      known.again += 1;
      return;
    }
    theirs.set(key, { again: 0, tell, timer: setTimeout(() => this.#end(person, key), WINDOW_MS).unref() });
    tell(0);
  }

  /** Tells what has been counted so far. */
  close(): void {
    for (const [person, theirs] of [...this.#people]) for (const key of [...theirs.keys()]) this.#end(person, key);
  }

  #end(person: string, key: string): void {
    const theirs = this.#people.get(person);
    const counted = theirs?.get(key);
    if (theirs === undefined || counted === undefined) return;
    clearTimeout(counted.timer);
    theirs.delete(key);
    if (theirs.size === 0) this.#people.delete(person);
    if (counted.again > 0) counted.tell(counted.again);
  }
}
