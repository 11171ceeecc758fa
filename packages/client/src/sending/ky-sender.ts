import ky from "ky";
import { answerWithin, type Sender } from "./sender.ts";

/** Sends through ky: what everybody who uses this package gets. */
export function kySender(fetchWith: typeof fetch = fetch): Sender {
  const http = ky.create({
    retry: 0,
    redirect: "error",
    throwHttpErrors: false,
    // Its own limit ends with the headers of the answer.
    timeout: false,
    fetch: (input, init) => fetchWith(input, isRepeatedByBun(input) ? { ...init, keepalive: false } : init),
  });
  return (request) =>
    answerWithin(request, ({ url, method, headers, body }, signal) =>
      http(url, { method, headers: { ...headers }, signal, ...(body === undefined ? {} : { body }) }),
    );
}

/**
 * Where a kept connection is cut, Bun sends again what HTTP calls idempotent. A change under If-Match that was made is
 * answered 412 then, and a deletion 404. A connection of its own is not kept.
 */
const isRepeatedByBun = (input: unknown): boolean =>
  input instanceof Request && (input.method === "PUT" || input.method === "DELETE");
