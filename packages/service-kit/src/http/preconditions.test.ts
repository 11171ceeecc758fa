import { expect, test } from "bun:test";
import { AppError } from "./app-error.ts";
import { etagOf, readIdempotencyKey, readIfMatch } from "./preconditions.ts";

test("an ETag reads back as the version it was made of", () => {
  expect(readIfMatch(etagOf(7))).toEqual([7]);
});

test.each([
  ["no header", undefined, undefined],
  ["any version", "*", undefined],
  ["a list", '"1", "2"', [1, 2]],
  ["a weak tag matches nothing", 'W/"1"', []],
  ["a foreign tag matches nothing", '"abc"', []],
  ["an empty header matches nothing", "", []],
])("If-Match: %s", (_name, header, versions) => {
  expect(readIfMatch(header)).toEqual(versions);
});

test.each(["", "a b", "ä", "\t", "x".repeat(256), "a, b"])("%j is no Idempotency-Key", (header) => {
  expect(() => readIdempotencyKey(header)).toThrow(AppError);
});

test.each([undefined, "!", "~", "x".repeat(255)])("%j is taken as it is", (header) => {
  expect(readIdempotencyKey(header)).toBe(header);
});
