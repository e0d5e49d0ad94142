/** Most of one list that is asked for at once; more comes page by page. */
const PAGE_LIMIT = 1000;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** All items of a list of the API. */
export const listAll = async <T>(
  list: (call: { query: { limit: number; cursor?: string } }) => Promise<Page<T>>,
): Promise<T[]> => {
  const items: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page<T> = await list({ query: { limit: PAGE_LIMIT, ...(cursor ? { cursor } : {}) } });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
};
