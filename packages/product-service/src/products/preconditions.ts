import { AppError } from "@pos/service-kit/app-error";
import { idempotencyKeyPattern } from "@pos/contracts/orders";
import type { ExpectedVersions } from "./repository.ts";

/** The ETag of a version (RFC 9110 section 8.8.3). */
export const etagOf = (version: number): string => `"${version}"`;

/**
 * Reads If-Match (RFC 9110 section 13.1.1): the versions of which the product must be one. Weak and foreign tags match
 * nothing.
 * @returns undefined when any version will do
 */
export function readIfMatch(header: string | undefined): ExpectedVersions {
  if (header === undefined || header.trim() === "*") return undefined;
  return header.split(",").flatMap((tag) => {
    const version = /^"(\d{1,15})"$/.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

/** @throws {AppError} VALIDATION_ERROR when it is not 1 to 255 visible ASCII characters */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || idempotencyKeyPattern.test(header)) return header;
  throw new AppError("VALIDATION_ERROR", "Idempotency-Key must be 1 to 255 visible ASCII characters.", {
    details: {
      in: "headers",
      fields: [{ path: "idempotency-key", message: "must be 1 to 255 visible ASCII characters" }],
    },
  });
}
