import { ErrorEnvelope } from "@pos/contracts/errors";
import type { Static, TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import ky, { HTTPError, type KyInstance, TimeoutError } from "ky";
import { ApiError, InvalidAnswerError, NoAnswerError } from "./errors.ts";

/** Default limit of one call, in milliseconds. */
export const TIMEOUT_MS = 5000;

/** What one call may say beside its body. */
export interface CallOptions {
  /** Limit of this call, in milliseconds. */
  timeoutMs?: number;
  /** Headers such as Idempotency-Key, If-Match, traceparent, x-request-id. */
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
  /** Schema that the answer must meet; undefined for answers without a body. */
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
/** Gives the access token of the next call; undefined to call as nobody. */
export type TokenSource = () => Promise<string | undefined> | string | undefined;

const checks = new WeakMap<TSchema, TypeCheck<TSchema>>();

/**
 * A transport over HTTP. It never retries and never follows a redirect: what a lost answer means is the caller's to
 * decide.
 */
export function createTransport(options: {
  baseUrl: string;
  token?: TokenSource;
  timeoutMs?: number;
  fetch?: typeof fetch;
}): Transport {
  const http = ky.create({
    retry: 0,
    redirect: "error",
    throwHttpErrors: true,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  return {
    async call(call) {
      const url = baseUrl + call.path;
      const token = await options.token?.();
      const response = await send(http, url, call, {
        token,
        timeoutMs: call.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS,
      });
      if (call.answer === undefined) {
        await response.body?.cancel();
        return { value: undefined as never, status: response.status, headers: response.headers };
      }
      const value: unknown = await response.json().catch((cause: unknown) => {
        throw cause instanceof SyntaxError
          ? new InvalidAnswerError(url, "not JSON")
          : new NoAnswerError(url, { isTimeout: false, cause });
      });
      assertMeets(call.answer, value, url);
      return { value: value as never, status: response.status, headers: response.headers };
    },
  };
}

async function send(
  http: KyInstance,
  url: string,
  call: Call<TSchema | undefined>,
  { token, timeoutMs }: { token: string | undefined; timeoutMs: number },
): Promise<Response> {
  try {
    return await http(url, {
      method: call.method,
      timeout: Math.max(1, Math.floor(timeoutMs)),
      headers: { ...call.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(call.query === undefined ? {} : { searchParams: call.query }),
      ...(call.body === undefined ? {} : { json: call.body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      throwHttpErrors: (status) => !call.acceptedStatuses?.includes(status),
    });
  } catch (error) {
    if (error instanceof HTTPError) throw apiError(url, error);
    throw new NoAnswerError(url, { isTimeout: error instanceof TimeoutError, cause: error });
  }
}

function apiError(url: string, error: HTTPError): Error {
  const { response } = error;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const common = {
    status: response.status,
    requestId: response.headers.get("x-request-id") ?? undefined,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
  const data: unknown = error.data;
  if (checkOf(ErrorEnvelope).Check(data)) {
    const envelope = data as ErrorEnvelope;
    return new ApiError({ ...common, ...envelope.error });
  }
  return new ApiError({ ...common, code: "UNKNOWN", message: `${url} answered ${response.status}` });
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
  const compiled = TypeCompiler.Compile(schema);
  checks.set(schema, compiled);
  return compiled;
}
