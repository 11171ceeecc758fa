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
        const { id, value } = decoded.read(BSON.serialize(read));
        expect(id).toBe(read._id.toHexString());
        expect(value).toEqual(read);
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
  const first = decoded.read(bytes).value;
  expect(decoded.read(Buffer.from(bytes)).value).toBe(first);
  // The driver may use its buffer again.
  bytes.writeInt32LE(2, bytes.length - 5);
  expect(decoded.read(bytes).value).toEqual({ n: 2, decoding: 2 });
  expect(decoded.read(BSON.serialize({ _id: ids[0], n: 1 })).value).toEqual({ n: 1, decoding: 3 });
});

test("a document within a longer buffer is read from its own bytes", () => {
  const decoded = new DecodedDocuments((found) => found["n"] as number);
  const two = [7, 8].map((n, index) => BSON.serialize({ _id: ids[index], n }));
  const whole = Buffer.concat(two);
  const length = two[0]?.length ?? 0;
  expect(decoded.read(whole.subarray(0, length)).value).toBe(7);
  expect(decoded.read(whole.subarray(length)).value).toBe(8);
});

test("many documents and long ones do not gather", () => {
  const room = { documents: 1000, bytes: 512 * 1024 };
  const decoded = new DecodedDocuments((found) => found["text"] as string, room);
  const read = (length: number) => decoded.read(BSON.serialize({ _id: new ObjectId(), text: "x".repeat(length) }));
  expect(read(10_000).value).toHaveLength(10_000);
  expect(decoded.size.documents).toBe(0);
  for (let count = 0; count < 1200; count++) read(1);
  expect(decoded.size.documents).toBe(1000);
  for (let count = 0; count < 1000; count++) read(4000);
  expect(decoded.size.bytes).toBeLessThanOrEqual(room.bytes);
  expect(decoded.size.bytes).toBeGreaterThan(room.bytes - 5000);
});

test("when there is no more room, what is read once drives out little, and what is read often is remembered", () => {
  let decodings = 0;
  const decoded = new DecodedDocuments(() => ++decodings, { documents: 1000, bytes: 512 * 1024 });
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

test("a document that does not begin with an ObjectId _id is refused", () => {
  const decoded = new DecodedDocuments((found) => found);
  expect(() => decoded.read(BSON.serialize({ n: 1, _id: ids[0] }))).toThrow("does not begin with");
  expect(() => decoded.read(BSON.serialize({ _id: "text" }))).toThrow("does not begin with");
});
