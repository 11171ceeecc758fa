import { type Client, createClient } from "@pos/client";
import { orderService } from "@pos/order-service/app";
import { productService } from "@pos/product-service/app";
import type { EnvironmentSchema } from "@pos/service-kit/config";
import { runService, type ServiceDefinition } from "@pos/service-kit/run-service";
import { userService } from "@pos/user-service/app";
import { createHash, randomBytes } from "node:crypto";
import { testDatabase, type TestDatabase } from "../database.ts";

/** A line of a service's log. */
export type LogEntry = Readonly<Record<string, unknown>>;

/** One service run as its main runs it. */
export interface RunningService {
  readonly url: string;
  /** Port of METRICS_HOST, when that is set. */
  readonly metricsPort: number | undefined;
  log(): readonly LogEntry[];
  stop(): Promise<void>;
}

/** Three services run through `runService`, environment and signals included, on free ports in this process. */
export interface RunningStack {
  readonly services: Readonly<Record<"user" | "product" | "order", RunningService>>;
  readonly databases: Readonly<Record<"user" | "product" | "order", TestDatabase>>;
  /** Signed in as the first administrator. */
  readonly admin: Client;
  readonly adminId: string;
  readonly adminToken: string;
  /** A token of order-service. */
  serviceToken(): Promise<string>;
  stop(): Promise<void>;
}

const ADMIN = { email: "admin@example.com", password: "correct horse battery" };

/** @param env environment variables beside the stack's own, for all three services */
export async function runStack(env: Record<string, string> = {}): Promise<RunningStack> {
  const secret = randomBytes(32).toString("base64url");
  const databases = { user: await testDatabase("u"), product: await testDatabase("p"), order: await testDatabase("o") };
  const common = (database: TestDatabase) => ({
    NODE_ENV: "test",
    MONGO_URI: database.uri,
    PORT: "0",
    HOST: "127.0.0.1",
    LOG_LEVEL: "debug",
    ...env,
  });
  const secretHash = createHash("sha256").update(secret).digest("hex");
  const user = await run(userService, {
    ...common(databases.user),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    SERVICE_CLIENTS: JSON.stringify([{ id: "order-service", secretHash, scopes: ["internal"] }]),
  });
  const jwks = { JWKS_URL: `${user.url}/.well-known/jwks.json` };
  const product = await run(productService, { ...common(databases.product), ...jwks });
  const upstream = { USER_SERVICE_URL: user.url, PRODUCT_SERVICE_URL: product.url, SERVICE_CLIENT_SECRET: secret };
  const order = await run(orderService, { ...common(databases.order), ...jwks, ...upstream });
  const services = { user, product, order };
  const urls = { userUrl: user.url, productUrl: product.url, orderUrl: order.url };
  const { token, userId } = await createClient(urls).auth.login(ADMIN);
  return {
    services,
    databases,
    admin: createClient({ ...urls, token: () => token }),
    adminId: userId,
    adminToken: token,
    serviceToken: async () =>
      (
        await createClient(urls).auth.token({
          grant_type: "client_credentials",
          client_id: "order-service",
          client_secret: secret,
        })
      ).access_token,
    async stop() {
      for (const service of [order, product, user]) await service.stop();
      for (const database of Object.values(databases)) await database.drop();
    },
  };
}

async function run<Schema extends EnvironmentSchema>(
  definition: ServiceDefinition<Schema>,
  env: Record<string, string>,
): Promise<RunningService> {
  const signals = new Map<string, () => void>();
  const exited = Promise.withResolvers<number>();
  const listening = Promise.withResolvers<LogEntry>();
  const log: LogEntry[] = [];
  const write = (line: string) => {
    const entry = JSON.parse(line) as LogEntry;
    log.push(entry);
    if (entry["msg"] === "listening") listening.resolve(entry);
  };
  const port = {
    env,
    exit: (code: number) => exited.resolve(code),
    on: (signal: string, listener: () => void) => signals.set(signal, listener),
  };
  void runService(definition, port, { logDestination: { write } });
  const failed = exited.promise.then((code) => {
    throw new Error(`${definition.name} ended with ${code}: ${JSON.stringify(log.at(-1))}`);
  });
  const facts = await Promise.race([listening.promise, failed]);
  failed.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${String(facts["port"])}`,
    metricsPort: typeof facts["metricsPort"] === "number" ? facts["metricsPort"] : undefined,
    log: () => log,
    async stop() {
      signals.get("SIGTERM")?.();
      await exited.promise;
    },
  };
}
