import { TOKEN_AUDIENCE, TOKEN_ISSUER } from "@pos/contracts/tokens";
import { type Clock, systemClock } from "@pos/service-kit/clock";
import { readEnvironment } from "@pos/service-kit/config";
import { connectDatabase, type Database } from "@pos/service-kit/database";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { silentLogger } from "@pos/testing/logger";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Logger } from "@pos/service-kit/logger";
import { productService } from "../app.ts";
import { environment } from "../config.ts";
import type { TestPorts } from "../services.ts";

/** What one call may say. */
export interface Request {
  readonly body?: unknown;
  readonly as?: "admin" | "otherAdmin" | "service" | "customer" | "nobody";
  readonly headers?: Record<string, string>;
}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The shape is the test's to assert.
  readonly body: Record<string, unknown>;
}

/** Product-service alone, on a free port over a database of its own, with an issuer of tokens beside it. */
export interface TestService {
  readonly url: string;
  readonly database: Database;
  call(method: string, path: string, request?: Request): Promise<Answer>;
  stop(): Promise<void>;
}

/** What a test may set otherwise. */
export interface TestServiceOptions extends TestPorts {
  readonly env?: Record<string, string>;
  /** A database that another service of the test uses as well; it is not dropped. */
  readonly shared?: TestDatabase;
  /** Connection string, when the way to the database is not the direct one. */
  readonly uri?: string;
  readonly logger?: Logger;
  /** The machine's when absent. */
  readonly clock?: Clock;
}

const keyId = "test";
const pair = await generateKeyPair("ES256");
const publicKey = await exportJWK(pair.publicKey);
const tokens = {
  admin: await tokenOf("a".repeat(24), "admin"),
  otherAdmin: await tokenOf("b".repeat(24), "admin"),
  service: await tokenOf("order-service", "service"),
  customer: await tokenOf("c".repeat(24), "customer"),
};

function tokenOf(subject: string, role: string): Promise<string> {
  return new SignJWT({ role })
    .setProtectedHeader({ alg: "ES256", kid: keyId })
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime("2h")
    .sign(pair.privateKey);
}

/** Starts it; the caller stops it. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const { env, shared, uri, logger = silentLogger, clock = systemClock, ...ports } = options;
  const keys = serveKeys();
  const own = shared ?? (await testDatabase("product"));
  const database = uri === undefined ? own.database : await connectDatabase(uri, { clock, logger });
  const config = readEnvironment(environment, {
    MONGO_URI: own.uri,
    JWKS_URL: `http://127.0.0.1:${keys.port}/keys`,
    ...env,
  });
  const built = await productService.build({ config, database, logger, clock, port: () => 0, ...ports });
  built.app.listen({ hostname: "127.0.0.1", port: 0 });
  for (const work of built.background) work.start();
  const url = `http://127.0.0.1:${built.app.server?.port}`;
  return {
    url,
    database,
    call: (method, path, request = {}) => call(url + path, method, request),
    async stop() {
      await built.app.stop(true);
      await Promise.all(built.background.map((work) => work.stop()));
      await keys.stop(true);
      if (uri !== undefined) await database.close();
      if (shared === undefined) await own.drop();
    },
  };
}

/** Serves the public key of this file's tokens, as user-service does. */
export function serveKeys() {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => Response.json({ keys: [{ ...publicKey, kid: keyId, alg: "ES256", use: "sig" }] }),
  });
}

/** Calls product-service wherever it runs. */
export async function call(
  url: string,
  method: string,
  { body, as = "admin", headers }: Request = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(as === "nobody" ? {} : { authorization: `Bearer ${tokens[as]}` }),
      ...headers,
    },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === "" ? {} : JSON.parse(text) };
}

/** Code of an error answer. */
export function codeOf({ body }: Answer): unknown {
  return (body["error"] as Record<string, unknown> | undefined)?.["code"];
}

/** Details of an error answer. */
export function detailsOf({ body }: Answer): unknown {
  return (body["error"] as Record<string, unknown> | undefined)?.["details"];
}

/** A new 24-digit id. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A product with `stock` units. */
export async function addProduct(service: TestService, stock: number, name = "Lamp"): Promise<string> {
  const { body } = await service.call("POST", "/products", { body: { name, price: 12.5, stock } });
  return String(body["id"]);
}

/** The body of a reservation: one line per product. */
export function reservationOf(units: Record<string, number>, userId = "d".repeat(24)) {
  const items = Object.entries(units).map(([productId, quantity]) => ({ productId, quantity }));
  const fingerprint = new Bun.CryptoHasher("sha256").update(JSON.stringify([userId, items])).digest("hex");
  return { userId, fingerprint, items };
}

/** Whose order it is; new ids when absent. */
export interface ReserveOptions {
  readonly orderId?: string;
  readonly userId?: string;
  readonly headers?: Record<string, string>;
}

/** Holds units for an order. */
export function reserve(
  service: Pick<TestService, "call">,
  units: Record<string, number>,
  { orderId = newId(), userId = "d".repeat(24), headers = {} }: ReserveOptions = {},
): Promise<Answer> {
  return service.call("PUT", `/reservations/${orderId}`, {
    as: "service",
    body: reservationOf(units, userId),
    headers,
  });
}

/** Confirms, releases or settles. */
export function move(service: TestService, command: string, { orderId, rid }: { orderId: unknown; rid: unknown }) {
  return service.call("POST", `/reservations/${String(orderId)}/${command}`, { as: "service", body: { rid } });
}

/** The stock that a product shows. */
export async function stockOf(service: TestService, productId: string): Promise<unknown> {
  return (await service.call("GET", `/products/${productId}`, { as: "nobody" })).body["stock"];
}

/** Whether every stock book of the database balances: received = stock + held + confirmed, stock ≥ 0. */
export async function unbalanced(service: TestService): Promise<unknown[]> {
  const faults: unknown[] = [];
  for (let cursor = ""; ;) {
    const { body } = await service.call("GET", `/audit/products?limit=200${cursor}`);
    for (const book of body["products"] as Record<string, number>[]) {
      const { stock = -1, received, heldUnits = 0, confirmedUnits = 0 } = book;
      if (stock < 0 || received !== stock + heldUnits + confirmedUnits) faults.push(book);
    }
    if (body["nextCursor"] === undefined) return faults;
    cursor = `&cursor=${String(body["nextCursor"])}`;
  }
}
