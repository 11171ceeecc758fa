/** The parts of an OpenAPI 3.0 document that the API pages are made from, references resolved. */
export interface Schema {
  type?: string;
  enum?: string[];
  description?: string;
  example?: unknown;
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: boolean;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  title?: string;
  /** Alternatives, told apart by their titles. */
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}
export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Schema;
  description?: string;
}
export interface Operation {
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>;
  "x-access"?: string[];
}
export interface OpenApi {
  info: { title: string; version: string; description: string };
  components: { headers: Record<string, { description: string }> };
  paths: Record<string, Record<string, Operation>>;
}

/**
 * A document with each reference replaced by what it refers to; the name of a schema becomes its title.
 * @throws Error when there is nothing of that name
 */
export function resolved<Document>(document: Document): Document {
  const resolve = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(resolve);
    if (typeof part !== "object" || part === null) return part;
    const { $ref } = part as { $ref?: unknown };
    if (typeof $ref !== "string")
      return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolve(value)]));
    const path = $ref.split("/").slice(1);
    const found = path.reduce((place: unknown, key) => (place as Record<string, unknown> | undefined)?.[key], document);
    if (found === undefined) throw new Error(`${$ref} names nothing`);
    return { ...(resolve(found) as object), ...(path[1] === "schemas" ? { title: path[2] } : {}) };
  };
  return resolve(document) as Document;
}

/** The schema of a JSON body. */
export const jsonSchema = (content: Record<string, { schema: Schema }> | undefined): Schema | undefined =>
  content?.["application/json"]?.schema;

/** A type as a reader wants it: `string, 1 to 200 characters`. */
export function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(", ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(({ title }) => title ?? "object").join(" or ");
  if (schema.type === "array")
    return `list of ${schema.minItems ?? 0} to ${schema.maxItems ?? "any number of"}: ${typeOf(schema.items ?? {})}`;
  if (schema.type === "integer") return `whole number${rangeOf(schema)}`;
  if (schema.type === "number") return `number${rangeOf(schema)}`;
  if (schema.type === "string") return `string${lengthOf(schema)}`;
  return schema.type ?? "any";
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const least = minimum === undefined ? "" : exclusiveMinimum ? ` above ${minimum}` : ` from ${minimum}`;
  return `${least}${maximum === undefined ? "" : ` up to ${maximum.toLocaleString("en-US")}`}`;
}

function lengthOf({ minLength, maxLength, pattern, description }: Schema): string {
  if (pattern !== undefined && description !== undefined) return "";
  return maxLength === undefined ? "" : `, ${minLength ?? 0} to ${maxLength.toLocaleString("en-US")} characters`;
}

/** An example that meets a schema: what the schema offers itself, else the plainest value. */
export function exampleOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === "object") {
    return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, exampleOf(field)]));
  }
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] ?? {});
  if (schema.type === "array") return (schema.items?.anyOf ?? [schema.items ?? {}]).map(exampleOf);
  if (schema.type === "number" || schema.type === "integer")
    return schema.exclusiveMinimum ? (schema.minimum ?? 0) + 1 : Math.max(1, schema.minimum ?? 1);
  if (schema.type === "boolean") return true;
  if (schema.type !== "string") return {};
  return schema.pattern?.includes("[0-9a-f]{64}")
    ? "0".repeat(64)
    : schema.pattern?.includes("[0-9a-f]{32}")
      ? "0".repeat(32)
      : "text".padEnd(schema.minLength ?? 0, "x");
}
