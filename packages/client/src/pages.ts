/** How many pages an iteration reads before it gives up, when nothing else is said: 10,000 pages of 1,000 items. */
const PAGES_MAX = 10_000;

/**
 * Iterates over all items of a paged list, page by page.
 * @param read reads one page from a cursor; undefined for the first
 * @param pagesMax how many pages it reads before it gives up; 10,000 when absent
 * @throws Error after so many pages
 */
export async function* allPages<Item>(
  read: (cursor: string | undefined) => Promise<{ items: readonly Item[]; nextCursor?: string | undefined }>,
  pagesMax = PAGES_MAX,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const { items, nextCursor } = await read(cursor);
    yield* items;
    if (nextCursor === undefined) return;
    cursor = nextCursor;
  }
  throw new Error(`the list has more than ${pagesMax} pages`);
}
