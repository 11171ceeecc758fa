import { type Client, createClient } from "@pos/client";
import type { TokenSource } from "@pos/client/transport";
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { freePort } from "@pos/local-mongodb/free-port";
import { tcpProxy, type TcpProxy } from "../tcp-proxy.ts";
import type { ChaosDatabase } from "./database.ts";
import { serviceNames, type ServiceName, ServiceProcess } from "./service-process.ts";

/** The three services as processes of their own, with proxies between order-service and the two others. */
export interface ChaosStack {
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  readonly proxies: Readonly<Record<"user" | "product", TcpProxy>>;
  /** A client as somebody; as nobody without a token. */
  as(token?: TokenSource): Client;
  readonly admin: { readonly email: string; readonly password: string };
  stop(): Promise<void>;
}

const CLIENT_TIMEOUT_MS = 6000;
const HEALTHY_WITHIN_MS = 60_000;
const admin = { email: "admin@example.com", password: "correct horse battery" };

/** Starts the services over a database and waits until all are healthy. */
export async function startStack(
  database: ChaosDatabase,
  options: { logDir: string; reaperAgeMs: number },
): Promise<ChaosStack> {
  const ports = { user: freePort(), product: freePort(), order: freePort() };
  const proxies = {
    user: await tcpProxy({ target: { host: "127.0.0.1", port: ports.user } }),
    product: await tcpProxy({ target: { host: "127.0.0.1", port: ports.product } }),
  };
  const environmentOf = environments(database, { ports, proxies, reaperAgeMs: options.reaperAgeMs });
  const service = (name: ServiceName) =>
    new ServiceProcess(name, { environment: environmentOf(name), logFile: join(options.logDir, `${name}.log`) });
  const services = { user: service("user"), product: service("product"), order: service("order") };
  for (const name of serviceNames) services[name].start();
  const stack: ChaosStack = {
    services,
    proxies,
    admin,
    as: (token) =>
      createClient({
        userUrl: `http://127.0.0.1:${ports.user}`,
        productUrl: `http://127.0.0.1:${ports.product}`,
        orderUrl: `http://127.0.0.1:${ports.order}`,
        timeoutMs: CLIENT_TIMEOUT_MS,
        ...(token === undefined ? {} : { token }),
      }),
    async stop() {
      await Promise.all(serviceNames.map((name) => services[name].stop()));
      await Promise.all([proxies.user.close(), proxies.product.close()]);
    },
  };
  await healthy(stack, HEALTHY_WITHIN_MS);
  return stack;
}

/** Waits until every service says that it is healthy. @throws {Error} when one does not within `milliseconds` */
export async function healthy({ as }: ChaosStack, milliseconds: number): Promise<void> {
  const untilMs = performance.now() + milliseconds;
  for (const name of serviceNames) {
    const isHealthy = () =>
      as()
        .operation.health(name, { timeoutMs: 1000 })
        .then(
          ({ status }) => status === "healthy",
          () => false,
        );
    while (!(await isHealthy())) {
      if (performance.now() > untilMs) throw new Error(`${name}-service was not healthy within ${milliseconds} ms`);
      await Bun.sleep(100);
    }
  }
}

function environments(
  database: ChaosDatabase,
  parts: {
    ports: Readonly<Record<ServiceName, number>>;
    proxies: Readonly<Record<"user" | "product", TcpProxy>>;
    reaperAgeMs: number;
  },
): (name: ServiceName) => Record<string, string> {
  const { ports, proxies, reaperAgeMs } = parts;
  const secret = randomBytes(32).toString("base64url");
  const clients = ["order-service", "product-service"].map((id) => ({
    id,
    secretHash: createHash("sha256").update(secret).digest("hex"),
    scopes: ["internal"],
  }));
  const common = {
    PATH: process.env["PATH"] ?? "",
    HOST: "127.0.0.1",
    LOG_LEVEL: "warn",
    KEY_ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    SERVICE_CLIENTS: JSON.stringify(clients),
    SERVICE_CLIENT_SECRET: secret,
    JWKS_URL: `http://127.0.0.1:${ports.user}/.well-known/jwks.json`,
    USER_SERVICE_URL: `http://127.0.0.1:${proxies.user.port}`,
    PRODUCT_SERVICE_URL: `http://127.0.0.1:${proxies.product.port}`,
    REAPER_AGE_MS: String(reaperAgeMs),
    REAPER_PERIOD_MS: String(Math.min(1000, reaperAgeMs)),
  };
  return (name) => ({
    ...common,
    SERVICE_CLIENT_ID: `${name}-service`,
    PORT: String(ports[name]),
    MONGO_URI: database.uri(`${name}db`),
  });
}
