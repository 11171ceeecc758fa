import { BSON, type Document } from "mongodb";

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

interface Remembered<Value> {
  readonly bytes: Buffer;
  readonly value: Value;
}

/**
 * Decodes documents that were read as bytes, and remembers what became of the last bytes of each: a read that
 * brings the same bytes again gets the same value. The database is asked every time, so no answer grows old; what is
 * saved is decoding, a fifth of the time of a read. Values are shared between callers and must not be changed.
 */
export class DecodedDocuments<Value> {
  readonly #decode: (document: Document) => Value;
  readonly #room: Room;
  /** By `_id`; what was decoded longest ago first. */
  readonly #byId = new Map<string, Remembered<Value>>();
  #bytes = 0;
  #newcomers = 0;

  /** @param decode must depend on the document alone */
  constructor(decode: (document: Document) => Value, room = ROOM) {
    this.#decode = decode;
    this.#room = room;
  }

  /** How many documents are remembered, and how many bytes they have. */
  get size(): Room {
    return { documents: this.#byId.size, bytes: this.#bytes };
  }

  /**
   * The value of one document.
   * @param raw its bytes; its first field is an ObjectId `_id`
   */
  read(raw: Uint8Array): { readonly id: string; readonly value: Value } {
    const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    if (bytes.compare(ID_FIELD, 0, ID_FIELD.length, ID_FIELD_AT, ID_AT) !== 0)
      throw new TypeError("the document does not begin with an ObjectId _id");
    const id = bytes.toString("hex", ID_AT, ID_AT + ID_LENGTH);
    const remembered = this.#byId.get(id);
    if (remembered !== undefined) {
      if (bytes.equals(remembered.bytes)) return { id, value: remembered.value };
      this.#forget(id, remembered);
    }
    const value = this.#decode(BSON.deserialize(bytes));
    if (bytes.length <= DOCUMENT_MAX_BYTES && (remembered !== undefined || this.#admits(bytes.length)))
      this.#remember(id, { bytes: Buffer.from(bytes), value });
    return { id, value };
  }

  /** The values of many documents, by id. */
  readAll(raws: readonly Uint8Array[]): ReadonlyMap<string, Value> {
    const values = new Map<string, Value>();
    for (const raw of raws) {
      const { id, value } = this.read(raw);
      values.set(id, value);
    }
    return values;
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
