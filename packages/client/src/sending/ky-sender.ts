import ky, { TimeoutError } from "ky";
import { NoAnswerError } from "../errors.ts";
import { readAnswer, type Sender } from "./sender.ts";

/** Sends through ky: what everybody who uses this package gets. */
export function kySender(fetchWith?: typeof fetch): Sender {
  const http = ky.create({
    retry: 0,
    redirect: "error",
    throwHttpErrors: false,
    ...(fetchWith === undefined ? {} : { fetch: fetchWith }),
  });
  return async ({ url, method, headers, body, timeoutMs, signal }) => {
    try {
      const response = await http(url, {
        method,
        headers: { ...headers },
        timeout: timeoutMs,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      return await readAnswer(response);
    } catch (error) {
      throw new NoAnswerError(url, { isTimeout: error instanceof TimeoutError, cause: error });
    }
  };
}
