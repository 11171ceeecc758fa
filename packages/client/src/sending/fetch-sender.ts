import { answerWithin, type Sender } from "./sender.ts";

/**
 * Sends through `fetch` and nothing else, for calls between services: several for every order, so that what a library
 * spends on each would be a good part of its cost (ADR 0015).
 */
export function fetchSender(fetchWith: typeof fetch = fetch): Sender {
  return (request) =>
    answerWithin(request, ({ url, method, headers, body }, signal) =>
      fetchWith(url, { method, headers, redirect: "error", signal, ...(body === undefined ? {} : { body }) }),
    );
}
