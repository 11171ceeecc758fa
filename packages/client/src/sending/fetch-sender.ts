import { NoAnswerError } from "../errors.ts";
import { readAnswer, type Sender } from "./sender.ts";

/**
 * Sends through `fetch` and nothing else, for calls between services: several for every order, so that what a library
 * spends on each would be a good part of its cost (ADR 0015).
 */
export function fetchSender(fetchWith: typeof fetch = fetch): Sender {
  return async ({ url, method, headers, body, timeoutMs, signal }) => {
    const limit = new AbortController();
    let isTimeout = false;
    const timer = setTimeout(() => {
      isTimeout = true;
      limit.abort();
    }, timeoutMs);
    try {
      const response = await fetchWith(url, {
        method,
        headers,
        redirect: "error",
        signal: signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]),
        ...(body === undefined ? {} : { body }),
      });
      return await readAnswer(response);
    } catch (error) {
      throw new NoAnswerError(url, { isTimeout, cause: error });
    } finally {
      clearTimeout(timer);
    }
  };
}
