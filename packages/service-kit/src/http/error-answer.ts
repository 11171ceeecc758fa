import type { ErrorEnvelope } from "@pos/contracts/errors";
import { InvalidCookieSignature, NotFoundError, ParseError, ValidationError } from "elysia";
import { ItemExpiredError, QueueFullError } from "../coalesce/coalescer.ts";
import { isDatabaseUnavailable } from "../database/errors.ts";
import { AppError, internalError, unavailable } from "./app-error.ts";
import type { Refusal } from "./request-context.ts";
import { fieldProblems, sentenceOf } from "./validation-message.ts";

/** Longest reason of a refusal in the log, in characters. */
const REASON_MAX_LENGTH = 300;

/** What an error becomes: the expected error to answer, and whether it is a fault of ours to be logged as such. */
export interface ErrorAnswer {
  readonly error: AppError;
  readonly isBug: boolean;
}

/**
 * Decides by `instanceof` what a thrown value is answered as; its own `code` is never believed, because domain and
 * driver errors carry codes that look like the framework's.
 * @param request its method, the methods that its path takes (none when there is no such path), and its URL, if any
 */
export function answerOf(
  thrown: unknown,
  request: { method: string; allowed: readonly string[]; url?: string },
): ErrorAnswer {
  const { method, allowed, url } = request;
  // A parameter of another route may have matched: then its complaint about the value is beside the point.
  if (allowed.length > 0 && !allowed.includes(method)) return { error: unknownPath(allowed), isBug: false };
  const error = thrown instanceof ParseError && thrown.cause instanceof AppError ? thrown.cause : thrown;
  if (error instanceof AppError) return { error, isBug: error.status >= 500 && error.status !== 503 };
  if (error instanceof ValidationError) return validationAnswer(error, url);
  if (error instanceof NotFoundError) return { error: unknownPath(allowed), isBug: false };
  if (error instanceof ParseError || error instanceof InvalidCookieSignature) {
    return {
      error: new AppError("VALIDATION_ERROR", "The request could not be read.", { cause: error }),
      isBug: false,
    };
  }
  if (error instanceof QueueFullError || error instanceof ItemExpiredError) {
    return { error: unavailable("The service is overloaded. Try again.", error), isBug: false };
  }
  if (isDatabaseUnavailable(error)) {
    return { error: unavailable("The database does not answer at the moment. Try again.", error), isBug: false };
  }
  return bug(error);
}

/** The envelope of an error. */
export function envelopeOf(error: AppError): ErrorEnvelope {
  const { code, message, details } = error;
  return { error: details === undefined ? { code, message } : { code, message, details } };
}

/** What the log says of a refusal: what was answered, and of our own failures what was behind them. */
export function refusalOf({ code, message, status, cause }: AppError): Refusal {
  const refusal = { code, reason: message.slice(0, REASON_MAX_LENGTH) };
  return status >= 500 && cause instanceof Error
    ? { ...refusal, cause: cause.message.slice(0, REASON_MAX_LENGTH) }
    : refusal;
}

/** Headers that an error's status asks for (RFC 9110: Allow, Retry-After; RFC 6749 and 6750: WWW-Authenticate). */
export function headersOf(error: AppError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.status === 401) {
    headers["www-authenticate"] = `${error.challenge ?? "Bearer"} realm="product-order-system"`;
  }
  if (error.retryAfterSeconds !== undefined)
    headers["retry-after"] = String(Math.max(1, Math.ceil(error.retryAfterSeconds)));
  const allow = error.code === "METHOD_NOT_ALLOWED" ? error.details?.["allow"] : undefined;
  if (Array.isArray(allow)) headers["allow"] = allow.join(", ");
  return headers;
}

const bug = (cause: unknown): ErrorAnswer => ({ error: internalError(cause), isBug: true });

function validationAnswer(error: ValidationError, url = ""): ErrorAnswer {
  // A response that breaks its own schema is our mistake, not the caller's. The framework's error tells all of it.
  if (error.type === "response") {
    const problems = fieldProblems(error).map(sentenceOf);
    return bug(new Error(`the answer breaks its schema: ${problems.join(", ")}`));
  }
  const isQueryNumber = error.type === "property";
  const fields = fieldProblems(error).map((field) =>
    isQueryNumber ? { ...field, path: queryFieldOf(url, error.value) } : field,
  );
  const first = fields[0];
  const where = error.type === "params" ? "path" : isQueryNumber ? "query" : error.type;
  const sentence =
    first === undefined
      ? `The ${where} is invalid.`
      : `${first.path === "" ? `The ${where}` : `${first.path} (${where})`} ${first.message}.`;
  return { error: new AppError("VALIDATION_ERROR", sentence, { details: { in: where, fields } }), isBug: false };
}

/** Of a query's number that is out of its range the framework tells the value, but not the field. */
function queryFieldOf(url: string, value: unknown): string {
  const fields = [...(URL.parse(url)?.searchParams ?? [])];
  return fields.find(([, text]) => Number(text) === value)?.[0].slice(0, 100) ?? "";
}

function unknownPath(allowed: readonly string[]): AppError {
  if (allowed.length === 0) return new AppError("NOT_FOUND", "There is nothing at this path.");
  return new AppError("METHOD_NOT_ALLOWED", `This path accepts ${allowed.join(", ")}.`, {
    details: { allow: [...allowed] },
  });
}
