import { CorralError } from "@corral/contracts";

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Where a page ended: the sort key and the id of its last item. Items that come or go between two pages do no harm. */
type Position = readonly [key: string | number, id: string];

export interface Sorting<T> {
  readonly key: (item: T) => string | number;
  readonly id: (item: T) => string;
  readonly descending: boolean;
}

/** One page of items, sorted. Throws `invalid_request` for a cursor that this list did not make. */
export const pageOf = <T>(items: readonly T[], { limit, cursor }: PageRequest, sorting: Sorting<T>) => {
  const position = (item: T): Position => [sorting.key(item), sorting.id(item)];
  const sign = sorting.descending ? -1 : 1;
  const compare = (one: Position, other: Position): number => sign * comparePositions(one, other);

  const sorted = items.map((item) => ({ item, at: position(item) })).sort((one, other) => compare(one.at, other.at));
  const after = cursor === undefined ? null : readCursor(cursor);
  const rest = after === null ? sorted : sorted.filter(({ at }) => compare(at, after) > 0);
  const taken = rest.slice(0, limit);
  const last = taken.at(-1);
  return {
    items: taken.map(({ item }) => item),
    nextCursor: last === undefined || taken.length === rest.length ? null : writeCursor(last.at),
    total: items.length,
  };
};

const comparePositions = ([key, id]: Position, [otherKey, otherId]: Position): number =>
  compareKeys(key, otherKey) || compareKeys(id, otherId);

/** Names as people count: web2 before web10. */
const collator = new Intl.Collator("en", { numeric: true });

const compareKeys = (one: string | number, other: string | number): number =>
  typeof one === "number" && typeof other === "number"
    ? one - other
    : collator.compare(String(one), String(other)) ||
      (String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0);

export const writeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString("base64url");

/** Throws `invalid_request` for what no list has made. */
export const readCursor = (cursor: string): Position => {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const [key, id] = Array.isArray(position) ? position : [];
    if ((typeof key === "string" || typeof key === "number") && typeof id === "string") return [key, id];
  } catch {
    // Refused below.
  }
  throw new CorralError("invalid_request", "cursor: must be the nextCursor of an earlier answer", [
    { field: "cursor", message: "must be the nextCursor of an earlier answer" },
  ]);
};
