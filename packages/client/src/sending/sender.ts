import { NoAnswerError } from "../errors.ts";

/** One request as it goes on the wire. */
export interface SentRequest {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Limit from the begin to the last byte of the answer, in milliseconds; at least 1. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** An answer of any status, read to its end. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Puts a request on the wire, once: no retry, no redirect.
 * @throws {NoAnswerError} when there is no whole answer
 */
export type Sender = (request: SentRequest) => Promise<Received>;

/**
 * Sends a request and reads its answer to the end, both within its limit.
 * @throws {NoAnswerError} when there is no whole answer
 */
export async function answerWithin(
  request: SentRequest,
  send: (request: SentRequest, signal: AbortSignal) => Promise<Response>,
): Promise<Received> {
  const { url, timeoutMs, signal } = request;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    const ends = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]);
    return await readAnswer(await send(request, ends));
  } catch (error) {
    throw new NoAnswerError(url, { isTimeout: limit.signal.aborted, cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Reads an answer to its end. What an answered error says beside its status may get lost; a success may not. */
async function readAnswer(response: Response): Promise<Received> {
  const text = await response.text().catch((error: unknown) => {
    if (response.status < 400) throw error;
    return "";
  });
  return { status: response.status, headers: response.headers, text };
}
