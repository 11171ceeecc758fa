import type { Problem } from "../rule.ts";

/** The rules that a check against a schema can break. */
export type SchemaRule =
  | "schema-unknown-field"
  | "schema-missing-field"
  | "schema-wrong-type"
  | "schema-wrong-value"
  | "quantity"
  | "known-word"
  | "number-range"
  | "field-form"
  | "exclusive-fields";
export type SchemaProblem = Problem & { readonly rule: SchemaRule };
