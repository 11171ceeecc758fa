import { isError } from "./error-examples.ts";

type Json = Record<string, unknown>;
/** The parts of an operation that its headers are told from. */
export interface Operation {
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Record<string, Response>;
}
export interface Response {
  readonly description?: string;
  headers?: Json;
  readonly content?: Record<string, { readonly schema: { readonly $ref?: string }; examples?: Json }>;
}

const text = { type: "string" } as const;
const count = { type: "integer", format: "int64", minimum: 1 } as const;
const always = { required: true, schema: text };

const answerHeaders = {
  "x-request-id": { ...always, description: "Always; the request's own id if it sent a usable one" },
  location: { ...always, description: "201: path of the new resource" },
  etag: { ...always, description: "A single product or order: the value for If-Match" },
  "idempotent-replayed": {
    schema: { ...text, enum: ["true"] },
    description: "`true` if an earlier request with this Idempotency-Key did it",
  },
  "www-authenticate": { ...always, description: "401: the authentication scheme" },
  "retry-after": { ...always, schema: count, description: "429 and 503: seconds to wait" },
};
type AnswerHeader = keyof typeof answerHeaders;

/** The headers that operations refer to by name, as a document's components. */
export function headersIn(paths: Json): Json {
  const referring = JSON.stringify(paths);
  const isUsed = (name: string) => referring.includes(`"#/components/headers/${name}"`);
  return Object.fromEntries(Object.entries(answerHeaders).filter(([name]) => isUsed(name)));
}

/** The entry of a header in an answer's `headers`. */
export const headerEntry = (name: AnswerHeader) => ({ [name]: { $ref: `#/components/headers/${name}` } });

/** Adds to each answer of an operation the headers that its status has, and a replay when the operation takes a key. */
export function addHeaders({ parameters = [], responses }: Operation): void {
  const takesKey = parameters.some(({ name }) => name === "idempotency-key");
  for (const [code, response] of Object.entries(responses)) {
    const status = Number(code);
    const names: AnswerHeader[] = ["x-request-id"];
    if (status === 201) names.push("location");
    if (status < 300 && takesKey) names.push("idempotent-replayed");
    if (status === 401) names.push("www-authenticate");
    if ((status === 429 || status === 503) && isError(response)) names.push("retry-after");
    response.headers = Object.assign({}, ...names.map(headerEntry), response.headers) as Json;
  }
}
