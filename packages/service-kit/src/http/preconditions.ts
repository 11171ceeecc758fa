import { idempotencyKeyPattern } from "@pos/contracts/orders";
import { type TSchema, Type } from "@sinclair/typebox";
import { headerEntry } from "../swagger/answer-headers.ts";
import { invalidField } from "./app-error.ts";

/** The ETag of a version (RFC 9110 section 8.8.3). */
export const etagOf = (version: number): string => `"${version}"`;

/** The schema of an answer with an ETag: the document lists it. */
export const versioned = <Schema extends TSchema>(schema: Schema): Schema => ({
  ...schema,
  headers: headerEntry("etag"),
});

/** Schema of the header of a change that takes If-Match. */
export const ifMatch = (type: "product" | "order") =>
  Type.Object({
    "if-match": Type.Optional(
      Type.String({ description: `ETag of the ${type} as last read; 412 if it has changed since` }),
    ),
  });

/**
 * Schema of the header of a request that takes an Idempotency-Key.
 * @param effect what requests with the same key do once
 */
export const idempotencyKey = (effect: string) =>
  Type.Object({
    "idempotency-key": Type.Optional(
      Type.String({ description: `1 to 255 visible ASCII characters; requests with the same key ${effect}` }),
    ),
  });

/**
 * Reads If-Match (RFC 9110 section 13.1.1): the versions of which the resource must be one. Weak and foreign tags match
 * nothing.
 * @returns undefined when any version will do
 */
export function readIfMatch(header: string | undefined): readonly number[] | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  return header.split(",").flatMap((tag) => {
    const version = /^"(\d{1,15})"$/.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

/**
 * Reads Idempotency-Key; a header that is there but empty is no key.
 * @throws {AppError} VALIDATION_ERROR when it is not 1 to 255 visible ASCII characters
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || idempotencyKeyPattern.test(header)) return header;
  throw invalidField("headers", "idempotency-key", "must be 1 to 255 visible ASCII characters");
}
