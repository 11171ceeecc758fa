import { Elysia } from "elysia";
import { isUtf8 } from "node:buffer";
import { AppError, invalidField } from "../http/app-error.ts";
import { readJsonBody } from "../http/json-body.ts";
import { requestContext } from "../http/request-context.ts";
import { NOBODY } from "./identity.ts";
import type { TokenVerifier } from "./token-verifier.ts";

/**
 * Who may call a route. `self` is the user named by the path's `id` or `userId`; `owner` lets customers through to a
 * handler that decides ownership itself, once it has read the resource or the body.
 */
export type Grant = "admin" | "service" | "customer" | "self" | "owner";
/** `anyone` needs no token; a list needs a token that one of its grants admits. */
export type Access = "anyone" | readonly Grant[];

/** OpenAPI extension under which every route says who may call it; the authorization tests read it. */
const ACCESS_EXTENSION = "x-access";

const idForm = /^[0-9a-fA-F]{24}$/;

/**
 * The macro `access`, which every route carries. It refuses a missing or invalid token (401) and a role that no grant
 * admits (403) before the body is read, then a malformed path id (400) and a foreign one (403), and reads the JSON body
 * last. The handler gets `identity` and `context`.
 */
export const access = (verifier: TokenVerifier) =>
  new Elysia({ name: "service-kit/access" }).macro({
    access: (granted: Access) => ({
      detail: {
        [ACCESS_EXTENSION]: granted === "anyone" ? ["anyone"] : granted,
        security: granted === "anyone" ? [] : [{ bearer: [] }],
      },
      parse: async ({ request, params }: Incoming) => {
        await admit(verifier, granted, { request, params });
        // No DELETE takes a body: one that comes with it is not read.
        if (request.method === "DELETE") return undefined;
        return readJsonBody(request);
      },
      transform: ({ request, params }: Incoming) => admit(verifier, granted, { request, params }),
      resolve: ({ request }: { request: Request }) => {
        const context = requestContext(request);
        return { identity: context.identity, context };
      },
    }),
  });

interface Incoming {
  request: Request;
  params: Record<string, string | undefined>;
}

/** Checks the token against the grants; does nothing when the request was admitted already. */
async function admit(verifier: TokenVerifier, granted: Access, { request, params }: Incoming): Promise<void> {
  const context = requestContext(request);
  if (context.admitted) return;
  const queryAt = request.url.indexOf("?");
  if (queryAt >= 0) refuseAmbiguousQuery(request.url.slice(queryAt + 1));
  if (granted !== "anyone") {
    const identity = await verifier.verify(bearerToken(request));
    context.identity = identity;
    if (!isAdmitted(identity.role, granted)) throw forbidden();
    const isOnlySelf = granted.includes("self") && !granted.some((grant) => grant === identity.role);
    if (isOnlySelf) refuseForeignPath(identity.subject, params);
  } else {
    context.identity = NOBODY;
  }
  context.admitted = true;
}

function isAdmitted(role: string, granted: readonly Grant[]): boolean {
  if (granted.some((grant) => grant === role)) return true;
  return role !== "service" && granted.some((grant) => grant === "self" || grant === "owner");
}

function refuseForeignPath(subject: string, params: Incoming["params"]): void {
  const id = params["userId"] ?? params["id"] ?? "";
  if (!idForm.test(id)) {
    throw new AppError("VALIDATION_ERROR", "The id in the path is not 24 hexadecimal digits.", {
      details: { in: "path" },
    });
  }
  if (id.toLowerCase() !== subject) throw forbidden();
}

function refuseAmbiguousQuery(query: string): void {
  if (query.includes("%")) refuseIllFormedFields(query);
  if (query.includes("&")) refuseRepeatedFields(query);
}

/** Escapes of bytes over 0x7f: by themselves they must be UTF-8, for no character has bytes of both kinds. */
const escapedBytes = /(?:%[89a-f][0-9a-f])+/gi;

/**
 * A query whose escapes are no UTF-8 would be taken for the letters that spell them. A percent sign that begins no
 * escape stands for itself.
 */
function refuseIllFormedFields(query: string): void {
  for (const field of query.split("&")) {
    const escapes = field.match(escapedBytes) ?? [];
    if (escapes.every((escape) => isUtf8(Buffer.from(escape.replaceAll("%", ""), "hex")))) continue;
    throw refusedField(field.split("=", 1)[0] ?? "", "is not well-formed UTF-8");
  }
}

/** A query field that stands twice has no one meaning (parameter pollution): 400 rather than a guess. */
function refuseRepeatedFields(query: string): void {
  const seen = new Set<string>();
  for (const name of new URLSearchParams(query).keys()) {
    if (seen.has(name)) throw refusedField(name, "stands more than once");
    seen.add(name);
  }
}

const refusedField = (name: string, message: string): AppError => invalidField("query", name.slice(0, 100), message);

function bearerToken(request: Request): string {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined) throw new AppError("UNAUTHORIZED", "An access token is required: Authorization: Bearer …");
  return token;
}

/** The 403 of a valid token that does not permit what is asked. */
function forbidden(message = "Your token does not permit this."): AppError {
  return new AppError("FORBIDDEN", message);
}
