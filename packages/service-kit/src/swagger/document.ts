import { ErrorEnvelope } from "@pos/contracts/errors";
import { Timestamp } from "@pos/contracts/primitives";
import { type AnyElysia, Elysia } from "elysia";
import { API_PREFIX } from "../http/api-prefix.ts";
import { addHeaders, headersIn, type Operation } from "./answer-headers.ts";
import { addErrorExamples } from "./error-examples.ts";
import { NamedSchemas } from "./named-schemas.ts";

/** Facts for the head of an OpenAPI document. */
export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

type Json = Record<string, unknown>;
type OpenApi = Json & { components: Json; paths: Record<string, Record<string, Operation>> };

/** Every route is served at both (see createServiceApp). A client uses the first unless it is told another. */
const servers = [
  { url: "/", description: "The service itself" },
  { url: API_PREFIX, description: "The same routes, behind a gateway" },
];

/**
 * The OpenAPI 3.0 document of an app. The plugin runs in an app of its own, so that nothing of its page is served; what
 * it writes beyond OpenAPI 3.0 or beyond the truth (numeric exclusiveMinimum, form bodies) is put right here, and what
 * it leaves out (names of schemas, headers of answers) is added.
 */
export async function openApiDocument(features: AnyElysia, info: DocumentInfo): Promise<Json> {
  // Loaded when somebody asks: it would take a twentieth of every start.
  const { swagger } = await import("@elysiajs/swagger");
  const describing = new Elysia()
    .use(
      swagger({
        path: "/unused",
        specPath: "/document",
        excludeStaticFile: false,
        exclude: [/^\/swagger/, /^\/api\/v1/, "/unused", "/document"],
        documentation: {
          info: { ...info },
          servers,
          components: {
            securitySchemes: {
              bearer: {
                type: "http",
                scheme: "bearer",
                bearerFormat: "JWT",
                description: "`token` of POST /auth/login at user-service",
              },
            },
          },
        },
      }),
    )
    .use(features);
  const answer = await describing.handle(new Request("http://localhost/document"));
  const document = (await answer.json()) as OpenApi;
  const schemas = new NamedSchemas();
  document.paths = fitOpenApi30(document.paths, { schemas }) as OpenApi["paths"];
  document.components["schemas"] = schemas.toJSON();
  for (const operation of Object.values(document.paths).flatMap((operations) => Object.values(operations))) {
    addHeaders(operation);
    addErrorExamples(operation);
  }
  document.components["headers"] = headersIn(document.paths);
  return document;
}

/** Where a part is in the document. */
interface Place {
  /** Takes the schemas that have a name. */
  readonly schemas: NamedSchemas;
  /** What is answered is open to fields of a later version (ADR 0004). */
  readonly isAnswer?: boolean;
}

/** Rewrites JSON Schema 2020 words that OpenAPI 3.0 spells otherwise, and puts schemas with a name among the components. */
function fitOpenApi30(node: unknown, place: Place): unknown {
  if (Array.isArray(node)) return node.map((part) => fitOpenApi30(part, place));
  if (typeof node !== "object" || node === null) return node;
  const { schemas, isAnswer = false } = place;
  const fitted: Json = {};
  for (const [key, value] of Object.entries(node))
    fitted[key] = fitOpenApi30(value, { schemas, isAnswer: isAnswer || key === "responses" });
  if (isAnswer && fitted["additionalProperties"] === false) delete fitted["additionalProperties"];
  if (typeof fitted["exclusiveMinimum"] === "number") {
    fitted["minimum"] = fitted["exclusiveMinimum"];
    fitted["exclusiveMinimum"] = true;
  }
  if (fitted["type"] === "number") nameNumber(fitted);
  if (fitted["pattern"] === Timestamp.pattern) {
    // Clients that are made from the document have a type for it.
    delete fitted["pattern"];
    fitted["format"] = "date-time";
  }
  if (typeof fitted["patternProperties"] === "object" && fitted["patternProperties"] !== null) {
    const [schema] = Object.values(fitted["patternProperties"]);
    delete fitted["patternProperties"];
    fitted["additionalProperties"] = schema ?? true;
  }
  if (Array.isArray(fitted["examples"]) && (fitted["type"] !== undefined || fitted["in"] !== undefined)) {
    // Swagger UI fills a parameter's example in and sends it: one that may be left out has none.
    if (fitted["in"] === undefined || fitted["required"] === true) fitted["example"] = fitted["examples"][0];
    delete fitted["examples"];
  }
  const content = fitted["content"];
  if (typeof content !== "object" || content === null || !("application/json" in content)) return schemas.refer(fitted);
  fitted["content"] = onlyMediaType(content["application/json"] as { schema: Json }, schemas, fitted);
  // The plugin spreads the keywords of a schema over its answer.
  for (const keyword of ["title", "contentMediaType", "examples"]) delete fitted[keyword];
  return fitted;
}

/** A number without a format is one of 32 bits to some generators of clients; these are doubles, or whole up to 2^53. */
function nameNumber(schema: Json): void {
  const isWhole = schema["multipleOf"] === 1;
  schema["type"] = isWhole ? "integer" : "number";
  schema["format"] = isWhole ? "int64" : "double";
  if (isWhole) delete schema["multipleOf"];
}

/** The plugin lists every type a framework could read or write; these services speak JSON where a schema names no other. */
function onlyMediaType(
  { schema, ...rest }: { schema: Json },
  schemas: NamedSchemas,
  { title, description }: { title?: unknown; description?: unknown },
): Json {
  const { contentMediaType = "application/json", ...own } = schema;
  // Of an error the description is that of the status.
  const named = title === ErrorEnvelope.title ? { ...own, title } : { ...own, title, description };
  return {
    [String(contentMediaType)]: { ...rest, schema: title === undefined ? own : schemas.refer(named) },
  };
}
