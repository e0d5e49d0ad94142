import { z } from "zod";

/** The most items that one answer has. */
export const LIST_MAXIMUM = 1000;

/** How a list is asked for; its answer says by which cursor it goes on. */
export interface ListQuery<S extends string = string> {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Every word must be in the item. */
  readonly q?: string | undefined;
  readonly sort: S | `-${S}`;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly total: number;
}

const sortBy = <const S extends string>(fields: readonly [S, ...S[]], usual: S | `-${S}`) => {
  const backwards = fields.map((field) => `-${field}` as const);
  const all = [...fields, ...backwards] as (S | `-${S}`)[];
  const message = `must be one of ${fields.join(", ")}, with - before it for descending order`;
  // It is one of them, which the type of a generic enum cannot say.
  return z.enum(all, message).default(usual as never);
};

/**
 * Query and answer of an endpoint that is a list: every one takes the same and answers in the same form. It is sorted by
 * one of `fields`, by the first one unless `usual` says another; `more` are parameters of its own.
 */
export const list = <T extends z.ZodType, const S extends string, M extends z.ZodRawShape = Record<never, never>>(
  item: T,
  fields: readonly [S, ...S[]],
  { usual = fields[0], limit = LIST_MAXIMUM, more }: { usual?: S | `-${S}`; limit?: number; more?: M } = {},
) => ({
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(LIST_MAXIMUM).default(limit),
    cursor: z.string().max(200).optional().describe("The nextCursor of an earlier answer: what comes after it"),
    q: z.string().max(200).optional().describe("Words that must all be in an item"),
    sort: sortBy(fields, usual),
    ...(more ?? ({} as M)),
  }),
  response: z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe("null: there is no more"),
    total: z.int().describe("How many there are in all, on all pages"),
  }),
});

/** All items of a list, page by page. */
export const listAll = async <T>(ask: (page: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<T[]> => {
  const items: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<T> = await ask({ limit: LIST_MAXIMUM, ...(cursor ? { cursor } : {}) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
};
