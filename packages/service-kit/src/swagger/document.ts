import { type AnyElysia, Elysia } from "elysia";
import { addHeaders, answerHeaders, type Operation } from "./answer-headers.ts";

/** Facts for the head of an OpenAPI document. */
export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

type Json = Record<string, unknown>;
type OpenApi = Json & { paths: Record<string, Record<string, Operation>> };

/**
 * The OpenAPI 3.0 document of an app. The plugin runs in an app of its own, so that nothing of its page is served; what
 * it writes beyond OpenAPI 3.0 or beyond the truth (numeric exclusiveMinimum, form bodies) is put right here, and what
 * it leaves out (headers of answers) is added.
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
          components: {
            headers: answerHeaders,
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
  const document = fitOpenApi30(await answer.json()) as OpenApi;
  for (const operations of Object.values(document.paths)) Object.values(operations).forEach(addHeaders);
  return document;
}

/**
 * Rewrites JSON Schema 2020 words that OpenAPI 3.0 spells otherwise.
 * @param isAnswer what is answered is open to fields of a later version (ADR 0004)
 */
function fitOpenApi30(node: unknown, isAnswer = false): unknown {
  if (Array.isArray(node)) return node.map((part) => fitOpenApi30(part, isAnswer));
  if (typeof node !== "object" || node === null) return node;
  const fitted: Json = {};
  for (const [key, value] of Object.entries(node)) fitted[key] = fitOpenApi30(value, isAnswer || key === "responses");
  if (isAnswer && fitted["additionalProperties"] === false) delete fitted["additionalProperties"];
  if (typeof fitted["exclusiveMinimum"] === "number") {
    fitted["minimum"] = fitted["exclusiveMinimum"];
    fitted["exclusiveMinimum"] = true;
  }
  if (fitted["type"] === "number") nameNumber(fitted);
  const content = fitted["content"];
  if (typeof content === "object" && content !== null && "application/json" in content) {
    fitted["content"] = onlyMediaType(content["application/json"] as { schema: Json });
    // The plugin spreads the keywords of a schema that is no object over its answer.
    delete fitted["contentMediaType"];
    delete fitted["examples"];
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
function onlyMediaType({ schema, ...rest }: { schema: Json }): Json {
  const { contentMediaType = "application/json", ...own } = schema;
  return { [String(contentMediaType)]: { ...rest, schema: own } };
}
