import { type ErrorCode, ErrorEnvelope, errorStatus } from "@pos/contracts/errors";
import type { EnvironmentSchema } from "@pos/service-kit/config";
import {
  exampleOf,
  jsonSchema,
  type OpenApi,
  type Operation,
  type Parameter,
  type Schema,
  typeOf,
} from "./document.ts";

/** Facts about a service that its document does not hold. */
export interface PageFacts {
  readonly port: number;
  /** The calls a service makes while it answers, as Markdown. */
  readonly calls: string;
  /** The variables that the service reads. */
  readonly environment: EnvironmentSchema;
}

const methods = ["get", "post", "put", "delete"];
const grants: Record<string, string> = {
  anyone: "anyone",
  admin: "administrators",
  service: "services",
  customer: "customers",
  self: "the user themselves",
  owner: "the owner",
};

/** The Markdown page of one service's API. */
export function apiPage(document: OpenApi, facts: PageFacts): string {
  const operations = Object.entries(document.paths)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([path, found]) =>
      methods.flatMap((method) =>
        found[method] === undefined ? [] : [{ method: method.toUpperCase(), path, operation: found[method] }],
      ),
    );
  const contents = operations.map(
    ({ method, path, operation }) =>
      `| [\`${method} ${path}\`](#${anchor(method, path)}) | ${operation.summary} | ${access(operation)} |`,
  );
  return (
    [
      `# ${document.info.title}`,
      "<!-- Made by `bun run docs` from the service's OpenAPI document. Change the routes, not this page. -->",
      `${document.info.description} Port ${facts.port}; every route is also served under \`/api/v1\`. The OpenAPI document is at \`/swagger/json\`, and Swagger UI at \`/swagger\`.`,
      facts.calls,
      ["| route | what it does | who |", "|---|---|---|", ...contents].join("\n"),
      token,
      headerTable(document),
      errorForm(),
      ...operations.map(({ method, path, operation }) => section(method, path, operation, facts.port)),
      environmentTable(facts.environment),
    ].join("\n\n") + "\n"
  );
}

const token =
  "`$TOKEN` in the examples is the `token` of [`POST /auth/login`](user-service.md#post-authlogin), or, for routes that only services may call, the `access_token` of [`POST /auth/token`](user-service.md#post-authtoken).";

function headerTable({ components }: OpenApi): string {
  const rows = Object.entries(components.headers).map(([name, { description }]) => `| \`${name}\` | ${description} |`);
  return [
    "| response header | when, and what |",
    "|---|---|",
    ...rows,
    "| `allow` | 405: the methods that the path accepts |",
  ].join("\n");
}

function section(method: string, path: string, operation: Operation, port: number): string {
  const body = jsonSchema(operation.requestBody?.content);
  return [
    `## ${method} ${path}`,
    `${operation.summary}. For ${access(operation)}.${operation.description === undefined ? "" : ` ${operation.description}`}`,
    ...parameters(operation.parameters ?? []),
    ...(body === undefined ? [] : [table(`body \`${body.title}\``, fieldsOf(body))]),
    ["```sh", curl(method, path, operation, port), "```"].join("\n"),
    ...Object.entries(operation.responses).map(([status, response]) => answer(Number(status), response)),
  ].join("\n\n");
}

function parameters(all: readonly Parameter[]): string[] {
  return (["path", "query", "header"] as const).flatMap((place) => {
    const found = all.filter((parameter) => parameter.in === place);
    if (found.length === 0) return [];
    return [
      table(
        place,
        found.map(({ name, schema, required, description }) => ({
          name,
          type: typeOf(schema),
          isRequired: required ?? false,
          description: description ?? schema.description ?? "",
        })),
      ),
    ];
  });
}

interface Field {
  name: string;
  type: string;
  isRequired: boolean;
  description: string;
}

function fieldsOf(schema: Schema, prefix = ""): Field[] {
  if (schema.anyOf !== undefined)
    return schema.anyOf.flatMap((alternative) =>
      fieldsOf(alternative, prefix).map((field) => ({
        ...field,
        description: `${alternative.title}${field.description === "" ? "" : `: ${field.description}`}`,
      })),
    );
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const own = {
      name: prefix + name,
      type:
        field.type === "object"
          ? "object"
          : field.items?.type === "object"
            ? typeOf(field).replace(/: object$/, "")
            : typeOf(field),
      isRequired: schema.required?.includes(name) ?? false,
      description: field.description ?? "",
    };
    const inner =
      field.items?.type === "object" || field.items?.anyOf !== undefined
        ? fieldsOf(field.items, `${prefix}${name}[].`)
        : fieldsOf(field, `${prefix}${name}.`);
    return [own, ...inner];
  });
}

function table(title: string, fields: readonly Field[]): string {
  const rows = fields.map(
    ({ name, type, isRequired, description }) =>
      `| \`${name}\` | ${type} | ${isRequired ? "yes" : "no"} | ${description} |`,
  );
  return [`| ${title} | type | required | meaning |`, "|---|---|---|---|", ...rows].join("\n");
}

function curl(method: string, path: string, operation: Operation, port: number): string {
  const at = path.replaceAll(/\{\w+\}/g, "65f1c0ffee0123456789abcd");
  const body = jsonSchema(operation.requestBody?.content);
  const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}http://localhost:${port}${at}`];
  if (!operation["x-access"]?.includes("anyone")) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  if (body !== undefined)
    lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(exampleOf(body)))}`);
  return lines.join(" \\\n  ");
}

/** As a POSIX shell takes it: a quote ends the text, stands by itself, and begins it again. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function answer(status: number, response: Operation["responses"][string]): string {
  const schema = jsonSchema(response.content);
  const title = `**${status}** ${response.description ?? ""}`;
  // All errors have one form, which stands at the top with the codes of each status.
  if (schema === undefined || status === 204 || schema.title === ErrorEnvelope.title) return title;
  return [`${title}: \`${schema.title}\``, "", "```json", JSON.stringify(exampleOf(schema), null, 2), "```"].join("\n");
}

/** The form of every error, and what its `code` can be. */
function errorForm(): string {
  const codes = Map.groupBy(Object.keys(errorStatus) as ErrorCode[], (code) => errorStatus[code]);
  const rows = [...codes].map(([status, all]) => `| ${status} | ${all.map((code) => `\`${code}\``).join(", ")} |`);
  const example = { error: { code: "NOT_FOUND", message: "What went wrong, for people.", details: {} } };
  return [
    "Every error is an `ErrorEnvelope`:",
    "",
    "```json",
    JSON.stringify(example, null, 2),
    "```",
    "",
    "| status | `code`, of all three services |",
    "|---|---|",
    ...rows,
  ].join("\n");
}

function environmentTable(environment: EnvironmentSchema): string {
  const rows = Object.values(environment).map(({ name, required, fallback, describe }) => {
    const isEmpty = fallback === undefined || (Array.isArray(fallback) && fallback.length === 0);
    return `| \`${name}\` | ${required ? "required" : isEmpty ? "none" : `\`${String(fallback)}\``} | ${describe} |`;
  });
  return ["## Environment", "", "| variable | default | what |", "|---|---|---|", ...rows].join("\n");
}

const access = (operation: Operation): string =>
  (operation["x-access"] ?? []).map((grant) => grants[grant] ?? grant).join(", ");
const anchor = (method: string, path: string): string =>
  `${method} ${path}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, "")
    .replaceAll(" ", "-");
