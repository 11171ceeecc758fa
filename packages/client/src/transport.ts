import { type ErrorCode, ErrorEnvelope, errorStatus } from "@pos/contracts/errors";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { ApiError, InvalidAnswerError } from "./errors.ts";
import { rememberEtag } from "./etag.ts";
import { kySender } from "./sending/ky-sender.ts";
import type { Received, Sender } from "./sending/sender.ts";

/** Default limit of one call, in milliseconds. */
export const TIMEOUT_MS = 5000;
/** Longest limit of one call, in milliseconds: a timer with more ends at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** What one call may say beside its body. */
export interface CallOptions {
  /** Limit of this call, in milliseconds; more than 24 days is as much. */
  timeoutMs?: number;
  /** Headers such as Idempotency-Key, If-Match (see `etagOf`), traceparent, x-request-id. */
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/** One call before it is made. */
export interface Call<Schema extends TSchema | undefined> extends CallOptions {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path below the service's address, beginning with a slash. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
  /** Schema that the answer must meet, fields that it does not name aside; undefined for answers without a body. */
  answer: Schema;
  /** Error statuses whose body is an answer of this call, not an error. */
  acceptedStatuses?: readonly number[];
}

/** An answer with what its headers said. */
export interface Answer<Value> {
  readonly value: Value;
  readonly status: number;
  readonly headers: Headers;
}

/** Makes calls to one service. */
export interface Transport {
  /** @throws {ApiError | NoAnswerError | InvalidAnswerError} */
  call<Schema extends TSchema | undefined>(call: Call<Schema>): Promise<Answer<AnswerOf<Schema>>>;
}

export type AnswerOf<Schema> = Schema extends TSchema ? Static<Schema> : undefined;
/** Gives the access token of the next call; undefined to call as nobody. The limit of the call begins after it. */
export type TokenSource = () => Promise<string | undefined> | string | undefined;

/** An error of any version: its code may be one of a later. */
const AnyEnvelope = Type.Object({
  error: Type.Object({ ...ErrorEnvelope.properties.error.properties, code: Type.String() }),
});
const isKnown = (code: string): code is ErrorCode => Object.hasOwn(errorStatus, code);

const checks = new WeakMap<TSchema, TypeCheck<TSchema>>();

/**
 * A transport over HTTP. It never retries and never follows a redirect: what a lost answer means is the caller's to
 * decide.
 * @param options.sender what puts requests on the wire; ky when absent
 */
export function createTransport(options: {
  baseUrl: string;
  token?: TokenSource;
  timeoutMs?: number;
  fetch?: typeof fetch;
  sender?: Sender;
}): Transport {
  const sender = options.sender ?? kySender(options.fetch);
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  return {
    async call(call) {
      const url = baseUrl + withQuery(call.path, call.query);
      const token = await options.token?.();
      const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS;
      const received = await sender({
        url,
        method: call.method,
        headers: {
          ...call.headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        timeoutMs: Math.min(Math.max(1, Math.floor(timeoutMs)), TIMEOUT_MAX_MS),
        signal: call.signal,
      });
      const { status, headers } = received;
      const isAccepted = status < 400 || call.acceptedStatuses?.includes(status) === true;
      if (!isAccepted) throw apiError(url, received, parse(received, url));
      if (call.answer === undefined) return { value: undefined as never, status, headers };
      const value = parse(received, url);
      assertMeets(call.answer, value, url);
      rememberEtag(value, headers);
      return { value: value as never, status, headers };
    },
  };
}

/** The answer's text as JSON; an answered error without JSON has no data. */
function parse({ status, text }: Received, url: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    if (status >= 400) return undefined;
    throw new InvalidAnswerError(url, "not JSON");
  }
}

function apiError(url: string, { status, headers }: Received, data: unknown): ApiError {
  const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
  const common = {
    url,
    status,
    requestId: headers.get("x-request-id") ?? undefined,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
  if (checkOf(AnyEnvelope).Check(data)) {
    const { error } = data as Static<typeof AnyEnvelope>;
    return new ApiError({ ...error, ...common, code: isKnown(error.code) ? error.code : "UNKNOWN" });
  }
  return new ApiError({ ...common, code: "UNKNOWN", message: `${url} answered ${status}` });
}

function withQuery(path: string, query: Call<undefined>["query"]): string {
  if (query === undefined) return path;
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) fields.set(name, String(value));
  return fields.size === 0 ? path : `${path}?${fields.toString()}`;
}

function assertMeets(schema: TSchema, value: unknown, url: string): void {
  const check = checkOf(schema);
  if (check.Check(value)) return;
  const first = check.Errors(value).First();
  throw new InvalidAnswerError(url, first === undefined ? "another form" : `${first.path} ${first.message}`);
}

function checkOf(schema: TSchema): TypeCheck<TSchema> {
  const known = checks.get(schema);
  if (known !== undefined) return known;
  const compiled = TypeCompiler.Compile(opened(schema));
  checks.set(schema, compiled);
  return compiled;
}

/** The schema without its ban on fields that it does not name: a service of a later version has more to say. */
function opened<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map(opened) as Part;
  if (typeof part !== "object" || part === null) return part;
  const copy = { ...part } as Record<PropertyKey, unknown>;
  if (copy["additionalProperties"] === false) delete copy["additionalProperties"];
  for (const [name, value] of Object.entries(copy)) copy[name] = opened(value);
  return copy as Part;
}
