import ky from "ky";
import { answerWithin, type Sender } from "./sender.ts";

/** Sends through ky: what everybody who uses this package gets. */
export function kySender(fetchWith?: typeof fetch): Sender {
  const http = ky.create({
    retry: 0,
    redirect: "error",
    throwHttpErrors: false,
    // Its own limit ends with the headers of the answer.
    timeout: false,
    ...(fetchWith === undefined ? {} : { fetch: fetchWith }),
  });
  return (request) =>
    answerWithin(request, ({ url, method, headers, body }, signal) =>
      http(url, { method, headers: { ...headers }, signal, ...(body === undefined ? {} : { body }) }),
    );
}
