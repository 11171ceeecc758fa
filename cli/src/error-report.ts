import { CliError, messageOf } from "./errors.ts";
import type { Exit } from "./exit-codes.ts";
import { DISK_FULL, fileProblem, isAbsent } from "./files.ts";
import { canStartPrograms } from "./runtime.ts";
import type { Io } from "./io.ts";
import type { Style } from "./output/style.ts";
import { clean } from "./output/text.ts";

/** What is told about a failure. */
interface Failure {
  readonly exit: Exit;
  readonly what: string;
  readonly why: readonly string[];
  readonly tries: readonly string[];
}

/**
 * Puts a failure into words: what, why, and last what to try. The stack is shown with --debug alone.
 * @param login what to type to sign in; undefined with a token of the environment, which no sign-in takes the place of
 * @returns the exit it means and the text for standard error
 */
export async function reportError(
  error: unknown,
  { style, isDebug, login, env }: { style: Style; isDebug: boolean; login: string | undefined; env: Io["env"] },
): Promise<{ exit: Exit; text: string }> {
  const { exit, what, why, tries: all } = await explain(error, { login, env });
  const tries = canStartPrograms ? all : all.filter((words) => !/^ordersctl (up|compose)\b/.test(words));
  const lines = [
    `${style.red("error:")} ${cleanLines(what)}`,
    ...why.map((line) => `  ${cleanLines(line)}`),
    ...(tries.length === 0 ? [] : [`${style.bold("Try:")} ${tries.map(cleanLines).join("\n     ")}`]),
  ];
  if (isDebug && error instanceof Error) lines.push(style.dim(error.stack ?? ""), ...causes(error, style));
  return { exit, text: `${lines.join("\n")}\n` };
}

function causes(error: Error, style: Style): string[] {
  return error.cause instanceof Error
    ? [style.dim(`caused by ${error.cause.stack ?? error.cause.message}`), ...causes(error.cause, style)]
    : [];
}

/** Our own messages may have several lines; what they quote may not steer the terminal. */
const cleanLines = (text: string): string => text.split("\n").map(clean).join("\n");

async function explain(
  thrown: unknown,
  { login, env }: { login: string | undefined; env: Io["env"] },
): Promise<Failure> {
  if (thrown instanceof CliError) return toldBy(thrown);
  // Only a command that called a service has loaded these, so this costs nothing that was not paid.
  const error = await met(thrown);
  if (error instanceof CliError) return toldBy(error);
  const { ApiError, InvalidAnswerError, NoAnswerError } = await import("@pos/client/errors");
  if (error instanceof NoAnswerError) {
    const { origin } = new URL(error.url);
    const why = error.isTimeout ? "did not answer in time" : "does not answer";
    return {
      exit: "UNREACHABLE",
      what: `The service at ${origin} ${why}${reasonOf(error.cause)}.`,
      why: await proxyFacts(error.url, env),
      tries: ["ordersctl up", "ordersctl status", "ordersctl config view --show-origin"],
    };
  }
  if (error instanceof ApiError) {
    const answer = explainAnswer(error, login);
    // Who answers without a code of ours may be the proxy.
    const facts = error.code === "UNKNOWN" && error.url !== undefined ? await proxyFacts(error.url, env) : [];
    return { ...answer, why: [...answer.why, ...facts] };
  }
  if (error instanceof InvalidAnswerError) {
    return {
      exit: "FAILED",
      what: error.message,
      why: await proxyFacts(error.url, env),
      tries: ["ordersctl version   (are both of the same release?)"],
    };
  }
  return explainFile(error) ?? { exit: "FAILED", what: messageOf(error), why: [], tries: [] };
}

async function proxyFacts(url: string, env: Io["env"]): Promise<readonly string[]> {
  // Every command loads this file, and most fail without a request or not at all.
  const { proxyOf } = await import("./session/proxy.ts");
  const proxy = proxyOf(url, env);
  if (proxy === undefined) return [];
  const { address, variable } = proxy;
  return [
    `The request went through the proxy ${address} (${variable}).`,
    `If ${new URL(url).hostname} needs none, add it to NO_PROXY.`,
  ];
}

const toldBy = ({ exit, message, why, tries }: CliError): Failure => ({ exit, what: message, why, tries });

/**
 * What a request met on its way. Within one that is refused for its token the sign-in is renewed, and the client takes
 * whatever is thrown there for no answer.
 */
export async function met(error: unknown): Promise<unknown> {
  const { ApiError, NoAnswerError } = await import("@pos/client/errors");
  if (!(error instanceof NoAnswerError)) return error;
  const { cause } = error;
  return cause instanceof CliError || cause instanceof ApiError || cause instanceof NoAnswerError ? cause : error;
}

/** What the system says of a file. Of one that is absent its own words say more: it may be a program. */
function explainFile(error: unknown): Failure | undefined {
  const problem = fileProblem(error);
  if (problem === messageOf(error) || isAbsent(error)) return undefined;
  const { path, syscall } = error as { path?: string; syscall?: string };
  const done = syscall === "read" ? "read" : "written";
  const what = path === undefined ? `A file cannot be ${done}: ${problem}.` : `${path} cannot be used: ${problem}.`;
  return { exit: "FAILED", what, why: [], tries: problem === DISK_FULL ? ["df -h"] : [] };
}

/** What went wrong at the bottom, with its code: Node wraps it into "fetch failed". */
function rootOf(cause: unknown): { code: string; message: string } {
  if (cause instanceof Error && !("code" in cause) && cause.cause !== undefined) return rootOf(cause.cause);
  return { code: cause instanceof Error && "code" in cause ? String(cause.code) : "", message: messageOf(cause) };
}

function reasonOf(cause: unknown): string {
  const { code, message } = rootOf(cause);
  if (/refused/i.test(code)) return " (connection refused)";
  if (/reset/i.test(code)) return " (connection reset)";
  if (/notfound|resolve/i.test(code)) return " (unknown host)";
  if (/proxy/i.test(code)) return ` (${message})`;
  if (/redirect/i.test(code)) return " (it redirects to another address)";
  if (/cert|signature|eproto|ssl/i.test(code)) return ` (TLS: ${message})`;
  return "";
}

/** Whether a request without an answer reached nobody: then nothing came of it. */
export const isUnsent = (error: Error): boolean =>
  /refused|notfound|resolve/i.test(rootOf(error.cause).code) || isTurnedAway(error);

/** Whether it will reach nobody however often it is sent: a redirect, a certificate that is not trusted, no TLS. */
export const isTurnedAway = ({ cause }: Error): boolean =>
  /redirect|cert|signature|wrong_version/i.test(rootOf(cause).code);

/** An answer that says no. */
export interface Answered {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** Refusals in which more than one service had a part: their way through the services tells more than their message. */
const severalHadAPart = new Set([
  "ACCOUNT_SUSPENDED",
  "CONFLICT",
  "IDEMPOTENCY_KEY_EXHAUSTED",
  "INSUFFICIENT_STOCK",
  "PENDING_LIMIT",
  "UNKNOWN_PRODUCT",
  "UNKNOWN_USER",
]);

/** Status, code and request id of an answer, in one line. */
export const answerFacts = ({ status, code, requestId }: Answered): string =>
  `${status} ${code}${requestId === undefined ? "" : `, request id ${requestId}`}`;

/** The command that shows what became of a request in every service; none for what its message explains already. */
export const traceTries = ({ status, code, requestId }: Answered): readonly string[] =>
  requestId !== undefined && (status >= 500 || severalHadAPart.has(code))
    ? [`ordersctl logs --trace ${requestId}`]
    : [];

function explainAnswer(error: Answered, login: string | undefined): Failure {
  const why = [...fieldProblems(error.details["fields"]), answerFacts(error)];
  const failure = (exit: Exit, ...tries: string[]): Failure => ({
    exit,
    what: error.message,
    why,
    tries: [...tries, ...traceTries(error)],
  });
  if (error.code === "INVALID_CREDENTIALS") return failure("SIGN_IN", "retry with the right password");
  const otherToken = "unset ORDERSCTL_TOKEN   (or set another one)";
  if (error.status === 401) return failure("SIGN_IN", login ?? otherToken);
  // It may be the user that an order is for: another sign-in changes nothing then.
  if (error.code === "ACCOUNT_SUSPENDED") return failure("SIGN_IN", "ordersctl users activate USER   (administrators)");
  if (error.status === 403)
    return failure(
      "SIGN_IN",
      "ordersctl whoami",
      login === undefined ? otherToken : `${login}   (as a user with that permission)`,
    );
  if (error.status === 429) return failure("FAILED", `retry in ${error.retryAfterSeconds ?? 60} s`);
  if (error.status === 503)
    return failure("UNREACHABLE", `retry in ${error.retryAfterSeconds ?? 1} s`, "ordersctl health");
  return failure("FAILED");
}

function fieldProblems(fields: unknown): string[] {
  if (!Array.isArray(fields)) return [];
  // A single one stands in the message already.
  if (fields.length < 2) return [];
  return fields.flatMap((field: unknown) =>
    typeof field === "object" && field !== null && "path" in field && "message" in field
      ? [`${String(field.path)}: ${String(field.message)}`]
      : [],
  );
}
