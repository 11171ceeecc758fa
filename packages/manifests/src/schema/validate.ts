import type { Cursor } from "../model/cursor.ts";
import { isRecord } from "../model/cursor.ts";
import { parseQuantity } from "../model/quantity.ts";
import { closest, listed } from "../model/words.ts";
import { checkConstraints } from "./constraints.ts";
import { isFilledIn } from "./field-checks.ts";
import { definitionOf, type Schema } from "./definitions.ts";
import type { SchemaProblem } from "./problem.ts";

const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const INT32_MAX = 2 ** 31 - 1;
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/**
 * Checks a value against a vendored definition, strictly: unknown fields are faults. It reads the schemas as they are
 * instead of compiling them, because compiling one Deployment takes longer than checking a whole tree of manifests.
 * The tests compare it with a full JSON Schema validator.
 */
export function validateSchema(cursor: Cursor, schema: Schema, minor: number): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  check(cursor, schema, minor, problems);
  return problems;
}

function check(cursor: Cursor, schema: Schema, minor: number, problems: SchemaProblem[]): void {
  if (schema.$ref !== undefined) {
    const target = definitionOf(schema.$ref, minor);
    const before = problems.length;
    check(cursor, target, minor, problems);
    if (schema.$ref === QUANTITY && problems.length === before) checkQuantity(cursor, problems);
    checkConstraints(cursor, schema.$ref, problems);
    return;
  }
  if (cursor.text !== undefined && isFilledIn(cursor.text)) return;
  const allowed = typesOf(schema);
  if (allowed.length > 0 && !allowed.some((type) => isOfType(cursor.value, type))) {
    problems.push(wrongType(cursor, allowed));
    return;
  }
  if (!cursor.isSet) return;
  checkValue(cursor, schema, problems);
  checkFields(cursor, schema, minor, problems);
  if (schema.items !== undefined) for (const item of cursor.items()) check(item, schema.items, minor, problems);
}

function checkFields(cursor: Cursor, schema: Schema, minor: number, problems: SchemaProblem[]): void {
  if (!isRecord(cursor.value)) return;
  const { properties = {}, additionalProperties = true } = schema;
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(cursor.value, name)) problems.push(missingField(cursor, name));
  }
  for (const { name, cursor: field } of cursor.fields()) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (typeof inner === "object") check(field, inner, minor, problems);
    else if (inner === false) problems.push(unknownField(field, name, Object.keys(properties)));
  }
}

function checkValue(cursor: Cursor, schema: Schema, problems: SchemaProblem[]): void {
  const { value } = cursor;
  const report = (sentence: string, hint?: string): void => {
    problems.push({ rule: "schema-wrong-value", at: cursor, sentence, hint });
  };
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    report(`${nameOf(cursor)} is ${print(value)}, which is not one of ${listed(schema.enum.map(String))}.`);
  }
  if (schema.format === "int32" && Math.abs(Number(value)) > INT32_MAX) {
    report(`${nameOf(cursor)} is ${print(value)}, which does not fit in 32 bits.`);
  }
  if (schema.format === "byte" && typeof value === "string" && !BASE64.test(value.replaceAll(/\s/g, ""))) {
    report(
      `${nameOf(cursor)} must be base64, but its value is not.`,
      "Put the plain text under stringData, or encode it.",
    );
  }
}

function checkQuantity(cursor: Cursor, problems: SchemaProblem[]): void {
  if (!cursor.isSet || parseQuantity(cursor.value) !== undefined || isFilledIn(cursor.text ?? "")) return;
  problems.push({
    rule: "quantity",
    at: cursor,
    sentence: `${nameOf(cursor)} is ${print(cursor.value)}, which is not a quantity.`,
    hint: "Use a number with at most one of the units m, k, M, G, T, Ki, Mi, Gi, Ti, as in 500m or 128Mi.",
  });
}

function typesOf(schema: Schema): string[] {
  const own = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return [...own, ...(schema.oneOf ?? []).flatMap(typesOf)];
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isRecord(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function wrongType(cursor: Cursor, allowed: readonly string[]): SchemaProblem {
  const wanted = [...new Set(allowed.filter((type) => type !== "null"))].map((type) => WORDS[type] ?? type);
  const { value } = cursor;
  return {
    rule: "schema-wrong-type",
    at: cursor,
    sentence: `${nameOf(cursor)} is ${describe(value, holdsData(cursor))}, but must be ${wanted.join(" or ")}.`,
    hint: hintFor(value, allowed),
  };
}

function hintFor(value: unknown, allowed: readonly string[]): string | undefined {
  if (typeof value === "string" && allowed.includes("integer") && /^-?\d+$/.test(value)) {
    return `Write ${value} without quotes.`;
  }
  if (typeof value === "string" && allowed.includes("boolean")) return "Write true or false without quotes.";
  if ((typeof value === "boolean" || typeof value === "number") && allowed.includes("string")) {
    return "Put the value in quotes. (Unquoted yes, no, on, off, y and n are booleans.)";
  }
  if (isRecord(value) && allowed.includes("array")) return "Begin each item with a dash.";
  return undefined;
}

function missingField(cursor: Cursor, name: string): SchemaProblem {
  return {
    rule: "schema-missing-field",
    at: cursor,
    sentence: `${nameOf(cursor)} has no field ${name}, which is required.`,
  };
}

function unknownField(field: Cursor, name: string, known: readonly string[]): SchemaProblem {
  const guess = closest(name, known);
  const hint = guess === undefined ? `Allowed: ${listed(known)}.` : `Did you mean ${guess}?`;
  return { rule: "schema-unknown-field", at: field, sentence: `${name} is not a field of ${ownerOf(field)}.`, hint };
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

function describe(value: unknown, isHidden: boolean): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) return "a map";
  const type = typeof value;
  return isHidden ? `a ${type}` : `the ${type} ${print(value)}`;
}

/** Values under `data` and `stringData` may be secrets, which no report repeats. */
function holdsData(cursor: Cursor): boolean {
  return cursor.path.includes("data") || cursor.path.includes("stringData");
}

function print(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `spec.replicas`, `containers[0]`: the end of the path, enough to recognise it beside the line number. */
function nameOf(cursor: Cursor): string {
  return printPath(cursor.path) || "The resource";
}

function ownerOf(field: Cursor): string {
  return printPath(field.path.slice(0, -1)) || "the resource";
}

function printPath(path: Cursor["path"]): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text.replace(/^\./, "");
}
