import { expect, test } from "bun:test";
import fc from "fast-check";
import { BSON, type Document, ObjectId } from "mongodb";
import { DecodedDocuments } from "./decoded-documents.ts";

const ids = ["a", "b", "c"].map((digit) => new ObjectId(digit.repeat(24)));

test("whatever is read, in whatever order, every value is that of the bytes that were read", () => {
  const document = fc.record({ _id: fc.constantFrom(...ids), n: fc.integer({ min: 0, max: 3 }), text: fc.string() });
  fc.assert(
    fc.property(fc.array(document, { maxLength: 40 }), (reads) => {
      const decoded = new DecodedDocuments((found) => ({ ...found }));
      for (const read of reads) {
        const found = decoded.read(BSON.serialize(read));
        expect(found.id).toBe(read._id.toHexString());
        expect(found.decoded).toEqual({ ok: true, value: read });
      }
      expect(decoded.size.documents).toBe(new Set(reads.map(({ _id }) => String(_id))).size);
    }),
    { numRuns: 300 },
  );
});

test("equal bytes are decoded once, other ones anew, and the bytes are a copy", () => {
  let decodings = 0;
  const decoded = new DecodedDocuments(({ n }: Document) => ({ n: n as number, decoding: ++decodings }));
  const bytes = Buffer.from(BSON.serialize({ _id: ids[0], n: 1 }));
  const first = valueOf(decoded, bytes);
  expect(valueOf(decoded, Buffer.from(bytes))).toBe(first);
  // The driver may use its buffer again.
  bytes.writeInt32LE(2, bytes.length - 5);
  expect(valueOf(decoded, bytes)).toEqual({ n: 2, decoding: 2 });
  expect(valueOf(decoded, BSON.serialize({ _id: ids[0], n: 1 }))).toEqual({ n: 1, decoding: 3 });
});

test("a document within a longer buffer is read from its own bytes", () => {
  const decoded = new DecodedDocuments((found) => found["n"] as number);
  const two = [7, 8].map((n, index) => BSON.serialize({ _id: ids[index], n }));
  const whole = Buffer.concat(two);
  const length = two[0]?.length ?? 0;
  expect(valueOf(decoded, whole.subarray(0, length))).toBe(7);
  expect(valueOf(decoded, whole.subarray(length))).toBe(8);
});

test("many documents and long ones do not gather", () => {
  const room = { documents: 1000, bytes: 512 * 1024 };
  const decoded = new DecodedDocuments((found) => found["text"] as string, undefined, room);
  const read = (length: number) => decoded.read(BSON.serialize({ _id: new ObjectId(), text: "x".repeat(length) }));
  expect(read(10_000).decoded).toEqual({ ok: true, value: "x".repeat(10_000) });
  expect(decoded.size.documents).toBe(0);
  for (let count = 0; count < 1200; count++) read(1);
  expect(decoded.size.documents).toBe(1000);
  for (let count = 0; count < 1000; count++) read(4000);
  expect(decoded.size.bytes).toBeLessThanOrEqual(room.bytes);
  expect(decoded.size.bytes).toBeGreaterThan(room.bytes - 5000);
});

test("of a document that changes only the last bytes are kept, and none when they are too long", () => {
  const decoded = new DecodedDocuments((found) => found["text"] as string);
  const read = (length: number) => {
    const bytes = BSON.serialize({ _id: ids[0], text: "x".repeat(length) });
    decoded.read(bytes);
    return bytes.length;
  };
  for (const length of [10, 4000, 20]) {
    const bytes = read(length);
    expect(decoded.size).toEqual({ documents: 1, bytes });
  }
  read(10_000);
  expect(decoded.size).toEqual({ documents: 0, bytes: 0 });
});

test("when there is no more room, what is read once drives out little, and what is read often is remembered", () => {
  let decodings = 0;
  const decoded = new DecodedDocuments(() => ++decodings, undefined, { documents: 1000, bytes: 512 * 1024 });
  const documents = (count: number) =>
    Array.from({ length: count }, () => Buffer.from(BSON.serialize({ _id: new ObjectId() })));
  const decodingsOf = (found: readonly Buffer[]) => {
    const before = decodings;
    for (const bytes of found) decoded.read(bytes);
    return decodings - before;
  };
  const known = documents(1000);
  expect(decodingsOf(known)).toBe(1000);
  expect(decodingsOf(documents(960))).toBe(960);
  const popular = documents(10);
  expect(decodingsOf(Array.from({ length: 100 }, () => popular).flat())).toBeLessThan(60);
  expect(decodingsOf(popular)).toBe(0);
  // What the 240 and the 10 that were remembered drove out, and what these drive out in their turn.
  expect(decodingsOf(known)).toBeLessThan(400);
  expect(decoded.size.documents).toBe(1000);
});

test("a document that does not begin with an ObjectId _id is refused, and told of once", () => {
  const broken: unknown[] = [];
  const decoded = new DecodedDocuments(
    (found) => found,
    (id) => broken.push(id),
  );
  const documents = [{ n: 1, _id: ids[0] }, { _id: "text" }];
  for (const document of [...documents, ...documents]) {
    const read = decoded.read(BSON.serialize(document));
    expect(read).toMatchObject({ id: String(document._id), decoded: { ok: false } });
    expect(read.decoded).toHaveProperty("error.message", "the document does not begin with an ObjectId _id");
  }
  expect(broken).toEqual([ids[0]?.toHexString(), "text"]);
  expect(decoded.read(BSON.serialize({ _id: ids[0], n: 1 })).decoded).toMatchObject({ ok: true, value: { n: 1 } });
});

test("a document that cannot be decoded fails for itself, and is told of once", () => {
  const broken: unknown[] = [];
  const decoded = new DecodedDocuments(
    ({ n }) => {
      if (n === 0) throw new Error("no");
      return n as number;
    },
    (id, error) => broken.push([id, String(error)]),
  );
  const documents = [1, 0, 2].map((n, index) => BSON.serialize({ _id: ids[index], n, createdAt: new Date(n) }));
  for (let round = 0; round < 2; round++) {
    expect([...decoded.readAll(documents).values()].map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(decoded.readPage({ found: documents, hasMore: true })).toEqual({ items: [1, 2], hasMore: true });
    const end = { createdAtMs: 0, id: String(ids[1]) };
    expect(decoded.readPage({ found: documents.slice(0, 2), hasMore: true })).toEqual({
      items: [1],
      hasMore: true,
      end,
    });
    const isOdd = (n: number) => n % 2 === 1;
    const page = decoded.readPage({ found: documents, hasMore: false }, isOdd);
    expect(page).toEqual({ items: [1], hasMore: false, end: { createdAtMs: 2, id: String(ids[2]) } });
  }
  expect(broken).toEqual([[ids[1]?.toHexString(), "Error: no"]]);
});

function valueOf<Value>(decoded: DecodedDocuments<Value>, bytes: Uint8Array): Value {
  const read = decoded.read(bytes).decoded;
  if (!read.ok) throw read.error;
  return read.value;
}
