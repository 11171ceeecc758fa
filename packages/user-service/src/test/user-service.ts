import { type Client, createClient } from "@pos/client";
import { systemClock, type Clock } from "@pos/service-kit/clock";
import { readEnvironment } from "@pos/service-kit/config";
import type { Logger } from "@pos/service-kit/logger";
import { testDatabase, type TestDatabase } from "@pos/testing/database";
import { silentLogger } from "@pos/testing/logger";
import { createHash } from "node:crypto";
import { userService } from "../app.ts";
import { environment } from "../config.ts";
import type { TestPorts } from "../services.ts";

export const ADMIN = { email: "admin@example.com", password: "correct horse battery" };
export const SERVICE = { client_id: "order-service", client_secret: "a-secret-of-256-random-bits" };
/** bcrypt's least cost: the same path as cost 10 in a hundredth of the time. */
const CHEAP = 4;
const KEY_ENCRYPTION_KEY = "0123456789abcdef0123456789abcdef";

/** Limit of a test that hashes much or waits for mails; the runner's own is 5 s for every file but the first. */
export const SLOW_MS = 120_000;

/** One replica of user-service on a free port. */
export interface Replica {
  readonly url: string;
  readonly database: TestDatabase;
  /** A client with a token, or as nobody. */
  as(token?: string): Client;
  admin(): Promise<Client>;
  machine(): Promise<Client>;
  /** Registers a customer and signs in. */
  customer(): Promise<Customer>;
  /** The raw answer, for what a typed client cannot say. */
  send(method: string, path: string, options?: SendOptions): Promise<Raw>;
  /** The same without a network between, for what a network cannot say at a given moment. */
  handle(request: Request): Promise<Response>;
  /** Stops it; the database stays when it was given. */
  stop(): Promise<void>;
}

export interface Customer {
  readonly id: string;
  readonly credentials: { readonly email: string; readonly password: string };
  readonly token: string;
  readonly refreshToken: string;
  readonly client: Client;
}

export interface SendOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `error.code` of an error. */
  readonly code: string | undefined;
}

export interface ReplicaOptions extends TestPorts {
  readonly env?: Record<string, string | undefined>;
  /** Database that another replica uses as well. */
  readonly database?: TestDatabase;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Starts a replica: the real service over the real database. */
export async function startReplica(options: ReplicaOptions = {}): Promise<Replica> {
  const { env, database: given, clock = systemClock, logger = silentLogger, ...ports } = options;
  const database = given ?? (await testDatabase("user"));
  const hash = createHash("sha256").update(SERVICE.client_secret).digest("hex");
  let port = 0;
  const service = await userService.build({
    passwordCost: CHEAP,
    ...ports,
    clock,
    logger,
    database: database.database,
    port: () => port,
    config: readEnvironment(environment, {
      MONGO_URI: database.uri,
      KEY_ENCRYPTION_KEY,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      SERVICE_CLIENTS: JSON.stringify([{ id: SERVICE.client_id, secretHash: hash, scopes: ["internal"] }]),
      TRUSTED_PROXY_HOPS: "1",
      ...env,
    }),
  });
  service.app.listen({ hostname: "127.0.0.1", port: 0 });
  for (const work of service.background) work.start();
  port = service.app.server?.port ?? 0;
  const url = `http://127.0.0.1:${port}`;
  const as = (token?: string) =>
    createClient({
      userUrl: url,
      productUrl: url,
      orderUrl: url,
      ...(token === undefined ? {} : { token: () => token }),
    });
  return {
    url,
    database,
    as,
    admin: async () => as((await as().auth.login(ADMIN)).token),
    machine: async () => as((await as().auth.token({ grant_type: "client_credentials", ...SERVICE })).access_token),
    async customer() {
      const credentials = { email: `${crypto.randomUUID()}@example.com`, password: "correct horse battery" };
      const { id } = await as().users.create({ ...credentials, name: "Ada" });
      const { token, refreshToken = "" } = await as().auth.login(credentials);
      return { id, credentials, token, refreshToken, client: as(token) };
    },
    send: (method, path, sent = {}) => send(url + path, method, sent),
    handle: async (request) => service.app.handle(request),
    async stop() {
      await service.app.stop(true);
      await Promise.all(service.background.map((work) => work.stop()));
      if (given === undefined) await database.drop();
    },
  };
}

async function send(url: string, method: string, { token, body, headers }: SendOptions): Promise<Raw> {
  const answer = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: codeOf(text) };
}

function codeOf(text: string): string | undefined {
  if (text === "") return undefined;
  const { error } = JSON.parse(text) as { error?: { code?: string } };
  return error?.code;
}

/** A clock that a test moves; waits end at once when their time has come. */
export function testClock(startMs = Date.now()): Clock & { advance(milliseconds: number): void } {
  let nowMs = startMs;
  const sleepers = new Set<{ untilMs: number; wake(): void }>();
  return {
    now: () => nowMs,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          untilMs: nowMs + milliseconds,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
      }),
    advance(milliseconds) {
      nowMs += milliseconds;
      for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
    },
  };
}

/** What a call is refused with: the code of its error, or "ok". */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
