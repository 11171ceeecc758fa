import { BSON, type Document, ObjectId } from "mongodb";
import type { Settled } from "../coalesce/coalescer.ts";
import type { PageItems, Position } from "../http/pagination.ts";

/** How many documents, and how many bytes of them. */
interface Room {
  readonly documents: number;
  readonly bytes: number;
}

/** With the values at most 70 MiB. */
const ROOM: Room = { documents: 32_768, bytes: 16 * 1024 * 1024 };
/**
 * How many newcomers there are to one that is remembered, once there is no more room. What is read often gets its turn;
 * what is read once, among more documents than there is room for, would drive out one that is read again.
 */
const NEWCOMERS_PER_PLACE = 4;
/** Longest document that is remembered, in bytes. */
const DOCUMENT_MAX_BYTES = 8192;
const ID_LENGTH = 12;
/** How a document begins whose first field is an ObjectId `_id`: its length (4 bytes), the type, the name. */
const ID_FIELD = Buffer.from("\u0007_id\0", "latin1");
const ID_FIELD_AT = 4;
const ID_AT = ID_FIELD_AT + ID_FIELD.length;
const ID_MIN = "0".repeat(2 * ID_LENGTH);

interface Remembered<Value> {
  readonly bytes: Buffer;
  readonly decoded: Settled<Value>;
}

/**
 * Decodes documents that were read as bytes, and remembers what became of the last bytes of each: a read that
 * brings the same bytes again gets the same value. The database is asked every time, so no answer grows old; what is
 * saved is decoding, a fifth of the time of a read. Values are shared between callers and must not be changed.
 *
 * A document that cannot be decoded, as one that was changed by hand, fails for itself and not for those that were read
 * with it.
 */
export class DecodedDocuments<Value> {
  readonly #decode: (document: Document) => Value;
  readonly #room: Room;
  readonly #onBroken: (id: string, error: unknown) => void;
  /** By `_id`; what was decoded longest ago first. */
  readonly #byId = new Map<string, Remembered<Value>>();
  #bytes = 0;
  #newcomers = 0;

  /**
   * @param decode must depend on the document alone
   * @param onBroken hears of each document that `decode` throws for, once for the same bytes as long as they are remembered
   * @param room how much is remembered
   */
  constructor(
    decode: (document: Document) => Value,
    onBroken: (id: string, error: unknown) => void = () => undefined,
    room = ROOM,
  ) {
    this.#decode = decode;
    this.#onBroken = onBroken;
    this.#room = room;
  }

  /** How many documents are remembered, and how many bytes they have. */
  get size(): Room {
    return { documents: this.#byId.size, bytes: this.#bytes };
  }

  /**
   * What became of one document.
   * @param raw its bytes; without an ObjectId `_id` as the first field it is broken
   */
  read(raw: Uint8Array): { readonly id: string; readonly decoded: Settled<Value> } {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    const id = beginsWithId(bytes)
      ? bytes.toString("hex", ID_AT, ID_AT + ID_LENGTH)
      : String(BSON.deserialize(bytes)["_id"]);
    const remembered = this.#byId.get(id);
    if (remembered !== undefined) {
      if (bytes.equals(remembered.bytes)) return { id, decoded: remembered.decoded };
      this.#forget(id, remembered);
    }
    const decoded = this.#decoded(id, bytes);
    if (bytes.length <= DOCUMENT_MAX_BYTES && (remembered !== undefined || this.#admits(bytes.length)))
      this.#remember(id, { bytes: Buffer.from(bytes), decoded });
    return { id, decoded };
  }

  /** What became of many documents, by id. */
  readAll(raws: readonly Uint8Array[]): ReadonlyMap<string, Settled<Value>> {
    const values = new Map<string, Settled<Value>>();
    for (const raw of raws) {
      const { id, decoded } = this.read(raw);
      values.set(id, decoded);
    }
    return values;
  }

  /**
   * The values of a page of a list that goes by `createdAt` and `_id`, newest first, without what is broken.
   * @param isWhole tells what is broken although it could be decoded
   */
  readPage(
    { found, hasMore }: { found: readonly Uint8Array[]; hasMore: boolean },
    isWhole: (value: Value) => boolean = () => true,
  ): PageItems<Value> {
    const items: Value[] = [];
    let broken: Uint8Array | undefined;
    for (const raw of found) {
      const { decoded } = this.read(raw);
      const isListed = decoded.ok && isWhole(decoded.value);
      if (isListed) items.push(decoded.value);
      broken = isListed ? undefined : raw;
    }
    return { items, hasMore, ...(broken === undefined ? {} : { end: positionOf(broken) }) };
  }

  #decoded(id: string, bytes: Buffer): Settled<Value> {
    try {
      if (!beginsWithId(bytes)) throw new TypeError("the document does not begin with an ObjectId _id");
      return { ok: true, value: this.#decode(BSON.deserialize(bytes)) };
    } catch (error) {
      this.#onBroken(id, error);
      return { ok: false, error };
    }
  }

  #admits(length: number): boolean {
    if (this.#byId.size < this.#room.documents && this.#bytes + length <= this.#room.bytes) return true;
    return ++this.#newcomers % NEWCOMERS_PER_PLACE === 0;
  }

  #remember(id: string, document: Remembered<Value>): void {
    this.#byId.set(id, document);
    this.#bytes += document.bytes.length;
    for (const [oldId, old] of this.#byId) {
      if (this.#byId.size <= this.#room.documents && this.#bytes <= this.#room.bytes) return;
      this.#forget(oldId, old);
    }
  }

  #forget(id: string, { bytes }: Remembered<Value>): void {
    this.#byId.delete(id);
    this.#bytes -= bytes.length;
  }
}

const beginsWithId = (bytes: Buffer): boolean => bytes.compare(ID_FIELD, 0, ID_FIELD.length, ID_FIELD_AT, ID_AT) === 0;

/** Where a page ends with this document; undefined when it has no time: those come after all that have one. */
function positionOf(raw: Uint8Array): Position | undefined {
  const { _id, createdAt } = BSON.deserialize(raw);
  if (!(createdAt instanceof Date) || Number.isNaN(createdAt.getTime())) return undefined;
  return { createdAtMs: createdAt.getTime(), id: cursorId(_id) };
}

/** The id of a document in a cursor. One of another type, as an import by hand makes it, comes before all of ours. */
export const cursorId = (_id: unknown): string => (_id instanceof ObjectId ? _id.toHexString() : ID_MIN);
