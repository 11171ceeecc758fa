import { Kind, type SchemaOptions, type TSchema, Type, TypeRegistry } from "@sinclair/typebox";
import { CURSOR_MAX_LENGTH, LIST_LIMIT_MAX } from "./limits.ts";

/** A string whose length counts code points, well-formed and free of NUL. */
export interface TText extends TSchema {
  [Kind]: "Text";
  static: string;
  type: "string";
  minLength?: number;
  maxLength: number;
}

/** One of a fixed set of strings, documented as an OpenAPI enum. */
export interface TStringEnum<Value extends string> extends TSchema {
  [Kind]: "StringEnum";
  static: Value;
  type: "string";
  enum: readonly Value[];
}

TypeRegistry.Set<TText>("Text", (schema, value) => isText(value, schema.minLength ?? 0, schema.maxLength));
TypeRegistry.Set<TStringEnum<string>>(
  "StringEnum",
  (schema, value) => typeof value === "string" && schema.enum.includes(value),
);

/**
 * A string field: `maxLength` and `minLength` count code points, as JSON Schema means them (TypeBox's own String
 * counts UTF-16 units). NUL and lone surrogates are refused, because stores and hashes treat them as an end.
 */
export function Text(options: SchemaOptions & { minLength?: number; maxLength: number }): TText {
  return { ...options, [Kind]: "Text", type: "string" } as TText;
}

/** A closed set of strings. */
export function StringEnum<const Value extends string>(
  values: readonly Value[],
  options: SchemaOptions = {},
): TStringEnum<Value> {
  return { ...options, [Kind]: "StringEnum", type: "string", enum: values } as TStringEnum<Value>;
}

/** A whole number. Strict in bodies and coerced in queries by Elysia, which TypeBox's Integer is not. */
export const WholeNumber = (options: SchemaOptions & { minimum: number; maximum: number }) =>
  Type.Number({ ...options, multipleOf: 1 });

/** An object that refuses fields it does not name, so that a typing mistake is seen and nothing is mass-assigned. */
export const ClosedObject = <Properties extends Record<string, TSchema>>(
  properties: Properties,
  options: SchemaOptions = {},
) => Type.Object(properties, { ...options, additionalProperties: false });

/** The absence of a body, as in a 202 or 204. */
export const NoBody = (description: string) => Type.Void({ description });

/** Identifier of a user, product or order: 24 hexadecimal digits. */
export const Id = Type.String({
  pattern: "^[0-9a-fA-F]{24}$",
  description: "24 hexadecimal digits",
  examples: ["65f1c0ffee0123456789abcd"],
});

/** A point in time, RFC 3339 in UTC with milliseconds. */
export const Timestamp = Type.String({
  pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$",
  description: "RFC 3339, UTC",
  examples: ["2026-01-31T12:00:00.000Z"],
});

/** Trace context of the request that something began with (W3C Trace Context, version 00). */
export const Traceparent = Type.String({
  pattern: "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
  description: "W3C trace context",
  examples: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
});

/**
 * An address of the HTML form (which holds every address that mail systems in use accept), at most 320 characters. So
 * many hold 158 labels after the first one at most; without that limit a text of 240 KB takes 300 ms to be refused.
 */
export const Email = Type.String({
  maxLength: 320,
  pattern:
    "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?){0,158}$",
  description: "E-mail address, unique without regard to case",
  examples: ["ada@example.com"],
});

/** Page size of a list. */
export const Limit = WholeNumber({
  minimum: 1,
  maximum: LIST_LIMIT_MAX,
  description: "Most items in a page (default 100)",
});

/** Where the next page of a list begins: `nextCursor` of the page before. Opaque. */
export const Cursor = Type.String({
  minLength: 1,
  maxLength: CURSOR_MAX_LENGTH,
  pattern: "^[A-Za-z0-9_-]+$",
  description: "nextCursor of the previous page",
});

/** Query fields that every list takes. */
export const pageQuery = { limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) };

/** Tells whether a value is a well-formed string without NUL whose count of code points lies within the bounds. */
export function isText(value: unknown, minLength: number, maxLength: number): value is string {
  if (typeof value !== "string" || value.length < minLength || value.length > maxLength * 2) return false;
  if (!value.isWellFormed() || value.includes("\0")) return false;
  if (value.length <= maxLength && minLength <= 1) return true;
  const codePoints = codePointsOf(value);
  return codePoints >= minLength && codePoints <= maxLength;
}

/** Of a well-formed text. Taken apart into a list of them, one of 20,000 units holds everybody up for a millisecond. */
function codePointsOf(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) count--;
  return count;
}

const DAY_LENGTH = "2026-01-31".length;

/** Whether the day that an RFC 3339 date or time begins with is one: JavaScript reads 30 February as 2 March. */
export function beginsWithDay(text: string): boolean {
  const day = text.slice(0, DAY_LENGTH);
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
