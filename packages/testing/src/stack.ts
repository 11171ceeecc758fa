import { type Client, createClient } from "@pos/client";
import type { ClientCredentials } from "@pos/contracts/auth";
import { orderService } from "@pos/order-service/app";
import { environment as orderEnvironment } from "@pos/order-service/config";
import { productService } from "@pos/product-service/app";
import { environment as productEnvironment } from "@pos/product-service/config";
import { systemClock } from "@pos/service-kit/clock";
import { readEnvironment } from "@pos/service-kit/config";
import type { Logger } from "@pos/service-kit/logger";
import type { BuiltService } from "@pos/service-kit/run-service";
import { userService } from "@pos/user-service/app";
import { environment as userEnvironment } from "@pos/user-service/config";
import { createHash, randomBytes } from "node:crypto";
import { testDatabase, type TestDatabase } from "./database.ts";
import { silentLogger } from "./logger.ts";
import { type TcpProxy, tcpProxy } from "./tcp-proxy.ts";

/** Three real services on free ports in this process, over the mongod of the test run. */
export interface Stack {
  readonly urls: { readonly user: string; readonly product: string; readonly order: string };
  /** Between order-service and the two others. */
  readonly proxies: { readonly user: TcpProxy; readonly product: TcpProxy };
  readonly databases: { readonly user: TestDatabase; readonly product: TestDatabase; readonly order: TestDatabase };
  readonly services: { readonly user: BuiltService; readonly product: BuiltService; readonly order: BuiltService };
  /** Signed in as the first administrator. */
  readonly admin: Client;
  readonly adminToken: string;
  readonly adminAccount: { readonly adminEmail: string; readonly adminPassword: string };
  /** What order-service gets its tokens with. */
  readonly serviceAccount: ClientCredentials;
  /** A fresh token of order-service, by client credentials. */
  serviceToken(): Promise<string>;
  /** A client with another token, or as nobody. */
  as(token?: string): Client;
  /** Registers a customer and signs in. */
  customer(): Promise<{ id: string; email: string; token: string; client: Client }>;
  stop(): Promise<void>;
}

/** What a test may set otherwise. */
export interface StackOptions {
  /** Environment variables beside the stack's own, for all three services. */
  env?: Record<string, string>;
  /** Databases that hold something already, in place of fresh ones. */
  databases?: Stack["databases"];
  logger?: Logger;
}

const ADMIN = { email: "admin@example.com", password: "correct horse battery" };
/** bcrypt's least cost: the same code path as cost 10 in a hundredth of the time. */
const PASSWORD_COST = 4;

/** Starts the whole stack; about 200 ms after the first call of a run. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const databases = options.databases ?? (await freshDatabases());
  const secret = randomBytes(32).toString("base64url");
  const environmentOf = environments(secret, options.env);
  const { services, proxies, urls } = await startServices(databases, environmentOf, options.logger ?? silentLogger);
  const as = (token?: string) =>
    createClient({
      userUrl: urls.user,
      productUrl: urls.product,
      orderUrl: urls.order,
      ...(token === undefined ? {} : { token: () => token }),
    });
  const { token: adminToken } = await as().auth.login(ADMIN);
  const serviceAccount = {
    grant_type: "client_credentials",
    client_id: "order-service",
    client_secret: secret,
  } as const;
  return {
    urls,
    proxies,
    databases,
    services,
    admin: as(adminToken),
    adminToken,
    adminAccount: { adminEmail: ADMIN.email, adminPassword: ADMIN.password },
    serviceAccount,
    serviceToken: async () => (await as().auth.token(serviceAccount)).access_token,
    as,
    async customer() {
      const credentials = { email: `${crypto.randomUUID()}@example.com`, password: "correct horse battery" };
      const { id } = await as().users.create({ ...credentials, name: "Ada" });
      const { token } = await as().auth.login(credentials);
      return { id, email: credentials.email, token, client: as(token) };
    },
    async stop() {
      for (const service of [services.order, services.product, services.user]) await stopService(service);
      await Promise.all([proxies.user.close(), proxies.product.close()]);
      await Promise.all(Object.values(databases).map((database) => database.drop()));
    },
  };
}

async function freshDatabases(): Promise<Stack["databases"]> {
  const [user, product, order] = await Promise.all([
    testDatabase("user"),
    testDatabase("product"),
    testDatabase("order"),
  ]);
  return { user, product, order };
}

type EnvironmentOf = (database: TestDatabase, own?: Record<string, string>) => Record<string, string>;

/**
 * The environment of a service, from its database and what it alone is told.
 * @param secret of the two services that call others
 * @param given outdoes everything else
 */
function environments(secret: string, given: Record<string, string> | undefined): EnvironmentOf {
  const clients = ["order-service", "product-service"].map((id) => ({
    id,
    secretHash: createHash("sha256").update(secret).digest("hex"),
    scopes: ["internal"],
  }));
  return (database, own = {}) => ({
    NODE_ENV: "test",
    MONGO_URI: database.uri,
    PORT: "0",
    HOST: "127.0.0.1",
    LOG_LEVEL: "debug",
    KEY_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    SERVICE_CLIENTS: JSON.stringify(clients),
    SERVICE_CLIENT_SECRET: secret,
    ...own,
    ...given,
  });
}

/** Each on a port of its own, and after the ones that it calls. */
async function startServices(
  databases: Stack["databases"],
  environmentOf: EnvironmentOf,
  logger: Logger,
): Promise<Pick<Stack, "services" | "proxies" | "urls">> {
  const tools = { logger, clock: systemClock };
  const ports = { user: 0, product: 0, order: 0 };
  const urlOf = (port: number) => `http://127.0.0.1:${port}`;

  const user = await userService.build({
    ...tools,
    config: readEnvironment(userEnvironment, environmentOf(databases.user)),
    database: databases.user.database,
    passwordCost: PASSWORD_COST,
    port: () => ports.user,
  });
  ports.user = listen(user);
  const userProxy = await tcpProxy({ target: { host: "127.0.0.1", port: ports.user } });
  const jwks = { JWKS_URL: `${urlOf(ports.user)}/.well-known/jwks.json` };
  const productOwn = { ...jwks, USER_SERVICE_URL: urlOf(ports.user), SERVICE_CLIENT_ID: "product-service" };
  const product = await productService.build({
    ...tools,
    config: readEnvironment(productEnvironment, environmentOf(databases.product, productOwn)),
    database: databases.product.database,
    port: () => ports.product,
  });
  ports.product = listen(product);
  const productProxy = await tcpProxy({ target: { host: "127.0.0.1", port: ports.product } });
  const orderOwn = {
    ...jwks,
    USER_SERVICE_URL: urlOf(userProxy.port),
    PRODUCT_SERVICE_URL: urlOf(productProxy.port),
    SERVICE_CLIENT_ID: "order-service",
  };
  const order = await orderService.build({
    ...tools,
    config: readEnvironment(orderEnvironment, environmentOf(databases.order, orderOwn)),
    database: databases.order.database,
    port: () => ports.order,
  });
  ports.order = listen(order);
  return {
    services: { user, product, order },
    proxies: { user: userProxy, product: productProxy },
    urls: { user: urlOf(ports.user), product: urlOf(ports.product), order: urlOf(ports.order) },
  };
}

function listen(service: BuiltService): number {
  service.app.listen({ hostname: "127.0.0.1", port: 0 });
  for (const work of service.background) work.start();
  return service.app.server?.port ?? 0;
}

async function stopService(service: BuiltService): Promise<void> {
  await service.app.stop(true);
  await Promise.all(service.background.map((work) => work.stop()));
}
