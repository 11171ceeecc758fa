import { BSON, type Collection, type Document, MongoServerError, ObjectId, WriteConcern } from "mongodb";
import { isWorthRepeating } from "../errors.ts";
import type { DocumentSequence } from "./message.ts";

/** How a command is run. */
export interface RunOptions {
  /** Documents that stand beside the command. */
  readonly sequence?: DocumentSequence;
  /** Whether it may be sent once more after a lost connection or a lost primary; false when absent. */
  readonly mayRepeat?: boolean;
  /** Name of the database; the runner's own when absent. */
  readonly database?: string;
}

/** Something that runs commands, alone or within a transaction. */
export interface CommandRunner {
  run(command: Document, options?: RunOptions): Promise<Document>;
}

/** Pages of one answer at most; each has 16 MiB. */
const PAGES_MAX = 64;

/**
 * Runs a find or an aggregate.
 * @param command with a `batchSize` large enough for the expected result: more takes another round trip
 * @returns the bytes of each document; they are views into the answer; copy them to keep them
 */
export async function findRaw(runner: CommandRunner, command: Document, options?: RunOptions): Promise<Uint8Array[]> {
  let { cursor } = (await runner.run(command, options)) as { cursor: Cursor };
  const found = cursor.firstBatch ?? [];
  const collection: unknown = command["find"] ?? command["aggregate"];
  for (let page = 1; cursorId(cursor) !== 0n; page++) {
    if (page === PAGES_MAX) throw new RangeError(`an answer of more than ${PAGES_MAX} pages`);
    ({ cursor } = (await runner.run({ getMore: cursorId(cursor), collection })) as { cursor: Cursor });
    for (const document of cursor.nextBatch ?? []) found.push(document);
  }
  return found;
}

/**
 * Bytes of a page's documents at most, of which a page holds one whatever its size: what a list costs in memory is a
 * multiple of them, and a container of 512 MiB must stand hundreds of lists at once.
 */
const PAGE_MAX_BYTES = 1024 * 1024;

/** Documents of a batch: all of a page of 20 and the next one, and 4 MiB of the largest orders. */
const PAGE_BATCH = 21;

/**
 * Runs a find for one page of a list. The database ends a batch at a number of documents or at 16 MiB, not at the bytes of
 * a page, so one of large documents is asked for in batches of few.
 * @param query its `limit` is that of the page; a page of large documents ends before it
 * @param batch documents of the first batch at most
 * @param options with `mayRepeat` the page is asked for from its beginning, once, when its cursor was lost
 * @returns the bytes of each document, as of `findRaw`, and whether others follow
 */
export async function findPage(
  runner: CommandRunner,
  { limit, ...query }: Document & { readonly limit: number },
  { batch = PAGE_BATCH, ...options }: RunOptions & { readonly batch?: number } = {},
): Promise<{ found: readonly Uint8Array[]; hasMore: boolean }> {
  const batchSize = Math.min(limit + 1, batch);
  const command = { ...query, limit: limit + 1, batchSize, singleBatch: batchSize === limit + 1 };
  let { cursor } = (await runner.run(command, options)) as { cursor: Cursor };
  const found = cursor.firstBatch ?? [];
  let { bytes, end } = measured(found, limit);
  while (end === -1 && cursorId(cursor) !== 0n) {
    const room = Math.ceil(((PAGE_MAX_BYTES - bytes) * found.length) / bytes);
    const next = { getMore: cursorId(cursor), collection: query["find"], batchSize: Math.max(room, PAGE_BATCH) };
    try {
      ({ cursor } = (await runner.run(next)) as { cursor: Cursor });
    } catch (error) {
      leave(runner, query["find"], cursor);
      if (options.mayRepeat !== true || !isWorthRepeating(error)) throw error;
      // A cursor ends with its primary, and the next one knows nothing of it.
      return findPage(runner, { limit, ...query }, { ...options, batch, mayRepeat: false });
    }
    for (const document of cursor.nextBatch ?? []) found.push(document);
    ({ bytes, end } = measured(found, limit));
  }
  if (end === -1) return { found, hasMore: false };
  leave(runner, query["find"], cursor);
  return { found: found.slice(0, end), hasMore: true };
}

/** The bytes of documents, and the index of the first that is too many for a page, or -1. */
function measured(found: readonly Uint8Array[], limit: number): { bytes: number; end: number } {
  let bytes = 0;
  const end = found.findIndex((document, index) => {
    bytes += document.length;
    return index === limit || (index > 0 && bytes > PAGE_MAX_BYTES);
  });
  return { bytes, end };
}

/** Ends a cursor that may hold more: the database would keep it for ten minutes. Nobody waits for that. */
function leave(runner: CommandRunner, collection: unknown, cursor: Cursor): void {
  const id = cursorId(cursor);
  if (id !== 0n) void runner.run({ killCursors: collection, cursors: [id] }).catch(() => undefined);
}

/** Like `findRaw`, decoded. */
export async function findDocuments<Found>(
  runner: CommandRunner,
  command: Document,
  options?: RunOptions,
): Promise<Found[]> {
  const found = await findRaw(runner, command, options);
  return found.map((bytes) => BSON.deserialize(bytes) as Found);
}

/**
 * The filter that finds documents by their ids. One id is asked for by equality and with no condition beside it: the
 * database fetches such a document without planning a query, which saves a fifth of the cost of the read. Other
 * conditions are checked on the document that arrives.
 * @param ids 24 hexadecimal digits each
 */
export function byIds(ids: readonly string[]): { readonly _id: ObjectId | { readonly $in: readonly ObjectId[] } } {
  const asked = ids.map((id) => ObjectId.createFromHexString(id));
  const [first] = asked;
  return { _id: first !== undefined && asked.length === 1 ? first : { $in: asked } };
}

/**
 * Runs an insert, update or delete.
 * @returns how many documents it inserted, matched or deleted
 * @throws {MongoServerError} the error of the first failed write
 */
export async function write(runner: CommandRunner, command: Document, options?: RunOptions): Promise<number> {
  const reply = await runner.run(command, options);
  const [first] = writeErrorsOf(reply);
  if (first !== undefined) throw first.error;
  return Number(reply["n"]);
}

/** An insert, update or delete with its collection's write concern: majority and journaled by default. */
export function withWriteConcern(
  command: Document,
  { writeConcern = new WriteConcern("majority", undefined, true) }: Pick<Collection, "writeConcern">,
): Document {
  return WriteConcern.apply(command, writeConcern);
}

/** The errors of single writes of a command, with their index in it. */
export function writeErrorsOf(
  reply: Document,
): readonly { readonly index: number; readonly error: MongoServerError }[] {
  const errors = (reply["writeErrors"] ?? []) as readonly { readonly index: number }[];
  return errors.map((failed) => ({ index: failed.index, error: new MongoServerError(failed) }));
}

/** A 64-bit number, as the database insists: one id in a thousand is small enough to be decoded to a JavaScript number. */
const cursorId = ({ id }: Cursor): bigint => BigInt(String(id));

interface Cursor {
  /** 0 when there is no more. */
  readonly id: unknown;
  readonly firstBatch?: Uint8Array[];
  readonly nextBatch?: Uint8Array[];
}
