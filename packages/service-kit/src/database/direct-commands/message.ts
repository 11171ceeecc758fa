import { BSON, type Document } from "mongodb";

/** OP_MSG, the one message of the wire protocol in use (MongoDB 3.6 and newer). */
const OP_MSG = 2013;
const HEADER_LENGTH = 16;
/** Header, flags and the kind of the first section. */
const BODY_AT = HEADER_LENGTH + 4 + 1;
const KIND_BODY = 0;
const KIND_DOCUMENTS = 1;
/** Longest message that a server sends, in bytes (its maxMessageSizeBytes). */
export const MESSAGE_MAX_BYTES = 48_000_000;

/** Documents sent beside a command (a document sequence), so that they do not count towards its 16 MiB. */
export interface DocumentSequence {
  /** The field of the command that they are, such as `documents` of an insert. */
  readonly field: string;
  readonly documents: readonly Uint8Array[];
}

/** The bytes of a document as commands carry it; fields that are undefined are left out. */
export const bytesOf = (document: Document): Uint8Array => BSON.serialize(document, { ignoreUndefined: true });

/**
 * The message of a command (MongoDB wire protocol, OP_MSG).
 * @param command with `$db`; its first field names it
 */
export function encodeMessage(requestId: number, command: Document, sequence?: DocumentSequence): Buffer {
  const body = bytesOf(command);
  const sequenceLength = sequence === undefined ? 0 : lengthOf(sequence);
  const length = BODY_AT + body.length + (sequenceLength === 0 ? 0 : 1 + sequenceLength);
  if (length > MESSAGE_MAX_BYTES) throw new RangeError(`a command of ${length} bytes is too long`);
  const message = Buffer.allocUnsafe(length);
  message.writeInt32LE(length, 0);
  message.writeInt32LE(requestId, 4);
  message.writeInt32LE(0, 8);
  message.writeInt32LE(OP_MSG, 12);
  message.writeInt32LE(0, HEADER_LENGTH);
  message[BODY_AT - 1] = KIND_BODY;
  message.set(body, BODY_AT);
  if (sequence !== undefined) writeSequence(message, BODY_AT + body.length, sequence);
  return message;
}

/** A reply: the id of its request, and its document, in which the documents of a cursor's batch are left as bytes. */
export function decodeMessage(message: Buffer): { readonly answers: number; readonly reply: Document } {
  if (message.length <= BODY_AT || message.readInt32LE(12) !== OP_MSG || message[BODY_AT - 1] !== KIND_BODY)
    throw new TypeError("not a reply of the wire protocol");
  const reply = BSON.deserialize(message.subarray(BODY_AT), {
    fieldsAsRaw: { firstBatch: true, nextBatch: true },
    allowObjectSmallerThanBufferSize: true,
  });
  return { answers: message.readInt32LE(8), reply };
}

/** Size, name with its NUL, documents. */
function lengthOf({ field, documents }: DocumentSequence): number {
  return 4 + field.length + 1 + documents.reduce((sum, { length }) => sum + length, 0);
}

function writeSequence(message: Buffer, at: number, sequence: DocumentSequence): void {
  let next = at;
  message[next++] = KIND_DOCUMENTS;
  next = message.writeInt32LE(lengthOf(sequence), next);
  next += message.write(`${sequence.field}\0`, next, "latin1");
  for (const document of sequence.documents) {
    message.set(document, next);
    next += document.length;
  }
}
