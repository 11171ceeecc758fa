import { expect, test } from "bun:test";
import fc from "fast-check";
import { BSON, type Document } from "mongodb";
import { bytesOf, decodeMessage, encodeMessage } from "./message.ts";

/** Reads a request as a server does. */
function readRequest(message: Buffer): { requestId: number; command: Document; sequences: Record<string, Document[]> } {
  expect(message.readInt32LE(0)).toBe(message.length);
  expect([message.readInt32LE(8), message.readInt32LE(12), message.readInt32LE(16)]).toEqual([0, 2013, 0]);
  expect(message[20]).toBe(0);
  let at = 21 + message.readInt32LE(21);
  const command = BSON.deserialize(message.subarray(21, at));
  const sequences: Record<string, Document[]> = {};
  while (at < message.length) {
    expect(message[at]).toBe(1);
    const end = at + 1 + message.readInt32LE(at + 1);
    const nameEnd = message.indexOf(0, at + 5);
    const documents: Document[] = [];
    for (let next = nameEnd + 1; next < end; next += message.readInt32LE(next))
      documents.push(BSON.deserialize(message.subarray(next, next + message.readInt32LE(next))));
    sequences[message.toString("latin1", at + 5, nameEnd)] = documents;
    at = end;
  }
  return { requestId: message.readInt32LE(4), command, sequences };
}

const document = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => !/[\0$.]|^__proto__$/.test(name)),
  fc.oneof(fc.string(), fc.integer(), fc.boolean()),
);

test("a request says what it was made of", () => {
  fc.assert(
    fc.property(fc.nat({ max: 0x7fff_ffff }), document, fc.array(document), (requestId, rest, documents) => {
      const command = { insert: "things", ...rest };
      const sequence = { field: "documents", documents: documents.map(bytesOf) };
      expect(readRequest(encodeMessage(requestId, command, sequence))).toEqual({
        requestId,
        command,
        sequences: { documents },
      });
      expect(readRequest(encodeMessage(requestId, command))).toEqual({ requestId, command, sequences: {} });
    }),
  );
});

test("an answer's batch is bytes, everything else is decoded", () => {
  fc.assert(
    fc.property(fc.nat({ max: 0x7fff_ffff }), fc.array(document), (answers, batch) => {
      const message = encodeMessage(1, { cursor: { firstBatch: batch, id: 0 }, ok: 1 });
      message.writeInt32LE(answers, 8);
      const decoded = decodeMessage(message);
      const { firstBatch, ...cursor } = decoded.reply["cursor"] as { firstBatch: Uint8Array[] };
      expect([decoded.answers, decoded.reply["ok"], cursor]).toEqual([answers, 1, { id: 0 }]);
      expect(firstBatch.map((bytes) => BSON.deserialize(bytes))).toEqual(batch);
    }),
  );
});

test("what is no answer of the protocol is refused", () => {
  const message = encodeMessage(1, { ok: 1 });
  const other = Buffer.from(message);
  other.writeInt32LE(2012, 12);
  expect(() => decodeMessage(other)).toThrow("not a reply");
  expect(() => decodeMessage(message.subarray(0, 20))).toThrow("not a reply");
  expect(() => decodeMessage(message.subarray(0, 23))).toThrow();
});
