import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { ValidationError } from "elysia";

/** One field that broke its schema: where, and what it must be. Never the value. */
export interface FieldProblem {
  /** Dotted path with indices, as `items[0].quantity`; empty for the whole. */
  path: string;
  message: string;
}

/** A problem in one line. */
export const sentenceOf = ({ path, message }: FieldProblem): string => `${path} ${message}`.trimStart();

const PROBLEMS_MAX = 20;
/** What TypeBox says of a field that a closed object does not name. */
const UNEXPECTED = "Unexpected property";

/** Every field of a request that broke its schema, one sentence each, 20 at most. */
export const fieldProblems = (error: ValidationError): FieldProblem[] => problemsOf(schemaErrors(error));

/**
 * The same of what a schema says of any value.
 * @param unexpected what is said of a field that the schema does not name
 */
export function problemsOf(
  errors: Iterable<SchemaError>,
  unexpected = "is not a field of this request",
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  for (const found of errors) {
    const path = dotted(found.path);
    if (seen.has(path)) continue;
    seen.add(path);
    problems.push({
      path,
      message: found.message === UNEXPECTED ? unexpected : expectation(found.schema, found.value),
    });
    if (problems.length === PROBLEMS_MAX) break;
  }
  return problems;
}

interface SchemaError {
  path: string;
  schema: TSchema;
  message: string;
  value: unknown;
}

function schemaErrors({ validator, value }: ValidationError): Iterable<SchemaError> {
  if ("Errors" in validator && typeof validator.Errors === "function") return validator.Errors(value);
  return "type" in validator || "anyOf" in validator ? Value.Errors(validator, value) : [];
}

function dotted(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~").slice(0, 100))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join("");
}

function expectation(schema: TSchema, value: unknown): string {
  if (value === undefined) return "is required";
  // A number in a query is coerced: its schema became "text that looks like a number, or number".
  const number = (schema["anyOf"] as TSchema[] | undefined)?.find((member) => member["type"] === "number");
  if (number !== undefined) return `must be ${numberOf(number)}`;
  if (Array.isArray(schema["enum"])) return `must be one of ${schema["enum"].join(", ")}`;
  if (schema["type"] === "string") return `must be ${textOf(schema)}`;
  if (schema["type"] === "number") return `must be ${numberOf(schema)}`;
  if (schema["type"] === "array")
    return `must be a list of ${schema["minItems"] ?? 0} to ${schema["maxItems"] ?? "any number of"} items`;
  if (schema["type"] === "object" && schema["minProperties"] !== undefined && isObject(value))
    return "must name at least one field";
  return `must be ${article(String(schema["type"] ?? "of another form"))}`;
}

function textOf(schema: TSchema): string {
  const { minLength, maxLength, pattern, description } = schema as {
    minLength?: number;
    maxLength?: number;
    pattern?: string;
    description?: string;
  };
  if (pattern !== undefined) return `of this form: ${description ?? pattern}`;
  return `a text of ${minLength ?? 0} to ${maxLength ?? "any number of"} characters, well-formed and without NUL`;
}

function numberOf(schema: TSchema): string {
  const kind = schema["multipleOf"] === 1 ? "a whole number" : "a number";
  const least =
    schema["exclusiveMinimum"] !== undefined
      ? ` greater than ${schema["exclusiveMinimum"]}`
      : schema["minimum"] === undefined
        ? ""
        : ` from ${schema["minimum"]}`;
  return `${kind}${least}${schema["maximum"] === undefined ? "" : ` up to ${schema["maximum"]}`}`;
}

const article = (type: string) =>
  /^[aeo]/.test(type) && type !== "of another form" ? `an ${type}` : type === "of another form" ? type : `a ${type}`;
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
