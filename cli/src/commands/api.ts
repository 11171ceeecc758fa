import type { Command } from "commander";
import { CliError, messageOf, usageError } from "../errors.ts";
import type { Exit } from "../exit-codes.ts";
import { readTextInput } from "../files.ts";
import { harmless } from "../output/text.ts";
import { serviceNames, type ServiceName } from "../stack/layout.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";
import { repeated } from "../global-options.ts";
import { parseDuration } from "../duration.ts";

interface ApiOptions {
  readonly method: string;
  readonly path: string;
  readonly data?: string;
  readonly header?: readonly string[];
  readonly include?: boolean;
  readonly service?: string;
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** First words of the paths of each service; /health, /meta and /swagger are everybody's. */
const owners: readonly (readonly [RegExp, ServiceName])[] = [
  [/^\/(api\/v1\/)?(users|auth|\.well-known)\b/, "user"],
  [/^\/(api\/v1\/)?(products|reservations|audit\/(products|reservations))\b/, "product"],
  [/^\/(api\/v1\/)?(orders|outbox|audit\/orders)\b/, "order"],
];

export const apiVerb: Verb<ApiOptions> = {
  usage: "api <method> <path>",
  summary: "Call any route with your sign-in",
  description: `Calls a route and prints the response body, with JSON indented on a terminal. The path determines the service; for
/health, /meta and /swagger/json pass --service. Exits 4 for 401 and 403, 1 for any other status of 400 or above.`,
  examples: [
    'ordersctl api GET "/orders?limit=2"',
    'ordersctl api POST /products -d \'{"name":"Keyboard","price":89.9,"stock":10}\'',
    "ordersctl api GET /meta --service order",
  ],
  argumentChoices: { method: methods },
  configure: (command: Command) =>
    command
      .option("-d, --data <json>", "request body; @FILE reads a file, - standard input")
      .option("-H, --header <name:value>", "request header; repeatable", repeated)
      .option("-i, --include", "also print status and headers")
      .option("--service <name>", serviceNames.join(", ")),
  run: callApi,
};

async function callApi(options: ApiOptions, tools: Tools): Promise<Exit> {
  const { session, printer, io, settings } = tools;
  const method = options.method.toUpperCase();
  if (!methods.includes(method))
    throw usageError(`"${options.method}" is not a method; use one of ${methods.join(", ")}.`);
  const url = addressOf(options, session.urls);
  const body = await readBody(options.data, tools);
  if (body !== undefined && (method === "GET" || method === "HEAD")) throw usageError(`A ${method} has no body (-d).`);
  const token = await session.token();
  const headers = new Headers(token === undefined ? {} : { authorization: `Bearer ${token}` });
  if (body !== undefined) headers.set("content-type", "application/json");
  for (const header of options.header ?? []) addHeader(headers, header);
  const isOwn = token !== undefined && headers.get("authorization") === `Bearer ${token}`;
  const timeoutMs = parseDuration(settings.timeout.value);
  const fetch = isOwn ? session.renewingFetch : session.fetch;
  const { answer, text } = await send(url, { method, headers, body, timeoutMs }, fetch);
  if (options.include === true) printer.text(`${answer.status} ${answer.statusText}\n${headersText(answer.headers)}\n`);
  printer.text(formatBody(text, io.stdout.isTty));
  if (answer.ok) return "OK";
  return answer.status === 401 || answer.status === 403 ? "SIGN_IN" : "FAILED";
}

async function send(
  url: string,
  {
    method,
    headers,
    body,
    timeoutMs,
  }: { method: string; headers: Headers; body: string | undefined; timeoutMs: number },
  fetch: typeof globalThis.fetch,
): Promise<{ answer: Response; text: string }> {
  try {
    const answer = await fetch(url, {
      method,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    return { answer, text: await answer.text() };
  } catch (error) {
    const { NoAnswerError } = await import("@pos/client/errors");
    throw new NoAnswerError(url, {
      isTimeout: error instanceof DOMException && error.name === "TimeoutError",
      cause: error,
    });
  }
}

function addressOf({ path, service }: ApiOptions, urls: Tools["session"]["urls"]): string {
  // A whole address would send the token to whoever it names.
  if (!path.startsWith("/")) throw usageError(`The path must begin with "/": "${path}".`);
  const found = service?.replace(/-service$/, "") ?? owners.find(([form]) => form.test(path))?.[1];
  const name = serviceNames.find((known) => known === found);
  if (name === undefined)
    throw usageError(`Which service does ${path} belong to? Add --service ${serviceNames.join("|")}.`);
  return urls[`${name}Url`] + path;
}

async function readBody(data: string | undefined, { io }: Tools): Promise<string | undefined> {
  if (data === "-") return readTextInput("-", io.stdin);
  return data?.startsWith("@") === true ? readTextInput(data.slice(1), io.stdin) : data;
}

function addHeader(headers: Headers, header: string): void {
  const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(header) ?? [];
  if (name === undefined || value === undefined) throw usageError(`"${header}" is not a header; write NAME:VALUE.`);
  try {
    headers.set(name, value);
  } catch (error) {
    throw new CliError(messageOf(error), { exit: "USAGE" });
  }
}

const headersText = (headers: Headers): string => [...headers].map(([name, value]) => `${name}: ${value}\n`).join("");

function formatBody(text: string, isTty: boolean): string {
  if (!isTty || text === "") return text;
  try {
    return `${harmless(JSON.stringify(JSON.parse(text), undefined, 2))}\n`;
  } catch {
    return text;
  }
}
