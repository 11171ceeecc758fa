import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

/** What one file of a backup holds. */
export interface FileFacts {
  readonly documents: number;
  /** Of the file as it is stored, in hexadecimal. */
  readonly sha256: string;
}

/** MongoDB's own limit of a document, in bytes, with what its operations may add. */
const DOCUMENT_MAX_BYTES = 16 * 1024 * 1024 + 16 * 1024;
const DOCUMENT_MIN_BYTES = 5;

/**
 * Writes BSON documents one after the other, compressed: the form that mongodump and mongorestore use. Nothing but the
 * document in hand is kept in memory. The file is for its owner alone and on the disk when this resolves.
 */
export async function writeBsonFile(path: string, documents: AsyncIterable<Uint8Array>): Promise<FileFacts> {
  const hash = createHash("sha256");
  let count = 0;
  async function* counted() {
    for await (const document of documents) {
      count++;
      yield document;
    }
  }
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
  const file = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true });
  await pipeline(Readable.from(counted(), { objectMode: true, highWaterMark: 16 }), createGzip(), hashing, file);
  return { documents: count, sha256: hash.digest("hex") };
}

/**
 * Reads such a file document by document.
 * @throws Error when it is damaged
 */
export async function* readBsonFile(path: string): AsyncGenerator<Buffer> {
  const chunks = createReadStream(path).pipe(createGunzip());
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const length = rest.readInt32LE(0);
      if (length < DOCUMENT_MIN_BYTES || length > DOCUMENT_MAX_BYTES) throw new Error(`${path} is damaged`);
      if (rest.length < length) break;
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw new Error(`${path} ends in the middle of a document`);
}

/** SHA-256 of a file, in hexadecimal. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
