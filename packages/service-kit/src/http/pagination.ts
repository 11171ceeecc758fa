import { LIST_LIMIT_DEFAULT } from "@pos/contracts/limits";
import { AppError } from "./app-error.ts";

/** Where a page begins: the creation time (milliseconds since the epoch) and id of the last item of the page before. */
export interface Position {
  readonly createdAtMs: number;
  readonly id: string;
}

/** A page request, read from a query. */
export interface Page {
  readonly limit: number;
  readonly after: Position | undefined;
}

/**
 * Reads `limit` and `cursor` of a list query.
 * @throws {AppError} VALIDATION_ERROR for a cursor that no list gave
 */
export function readPage(query: { limit?: number; cursor?: string }): Page {
  return {
    limit: query.limit ?? LIST_LIMIT_DEFAULT,
    after: query.cursor === undefined ? undefined : decodeCursor(query.cursor),
  };
}

/** The opaque cursor of a position. */
export function encodeCursor(position: Position): string {
  return Buffer.from(`${position.createdAtMs}.${position.id}`).toString("base64url");
}

/** What was read of a list, in order. */
export interface PageItems<Item> {
  readonly items: readonly Item[];
  /** Whether others follow. */
  readonly hasMore: boolean;
  /** Where the page ends, when that is not its last item. */
  readonly end?: Position | undefined;
}

/** Ends a page that others follow with its `nextCursor`. */
export function endPage<Item>(
  { items, hasMore, end }: PageItems<Item>,
  positionOf: (item: Item) => Position,
): { items: readonly Item[]; nextCursor?: string } {
  const last = items.at(-1);
  const position = end ?? (last === undefined ? undefined : positionOf(last));
  return hasMore && position !== undefined ? { items, nextCursor: encodeCursor(position) } : { items };
}

/**
 * Cuts a list that was read one item longer than the page into the page and its `nextCursor`.
 * @param items at most `limit` + 1, in order
 */
export const cutPage = <Item>(items: readonly Item[], limit: number, positionOf: (item: Item) => Position) =>
  endPage({ items: items.slice(0, limit), hasMore: items.length > limit }, positionOf);

function decodeCursor(cursor: string): Position {
  const match = /^(-?\d{1,15})\.([0-9a-f]{24})$/.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  if (!match?.[1] || !match[2]) {
    throw new AppError("VALIDATION_ERROR", "The cursor is not one that a list returned.", {
      details: { in: "query", fields: [{ path: "cursor", message: "is not a cursor of this list" }] },
    });
  }
  return { createdAtMs: Number(match[1]), id: match[2] };
}
