/** How many pages an iteration reads before it gives up: 10,000 pages of 1,000 items. */
const PAGES_MAX = 10_000;

/**
 * Iterates over all items of a paged list, page by page.
 * @param read reads one page from a cursor; undefined for the first
 * @throws Error after 10,000 pages
 */
export async function* allPages<Item>(
  read: (cursor: string | undefined) => Promise<{ items: readonly Item[]; nextCursor?: string | undefined }>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { items, nextCursor } = await read(cursor);
    yield* items;
    if (nextCursor === undefined) return;
    cursor = nextCursor;
  }
  throw new Error(`the list has more than ${PAGES_MAX} pages`);
}
