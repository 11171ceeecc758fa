import { environment as order } from "@pos/order-service/config";
import { environment as product } from "@pos/product-service/config";
import { environment as user } from "@pos/user-service/config";
import type { Io } from "../io.ts";
import type { ServiceName, StackLayout } from "./layout.ts";
import { serviceClients, type StackSecrets } from "./secrets.ts";
import { urlsOf } from "./state.ts";

const schemas = { user, product, order };
/** What any program needs, whatever it is. */
const everybody = ["PATH", "HOME", "TMPDIR", "TZ", "NODE_EXTRA_CA_CERTS"];

/**
 * Bun collects garbage every second even when nothing was allocated, and nobody is answered for the 3 to 8 ms that it
 * takes. What is allocated sets off a collection by itself, as ever. In milliseconds.
 */
const GC_TIMER_MS = 10_000;

/** What the environment of a service is made from. */
export interface EnvironmentTools {
  readonly io: Io;
  readonly layout: StackLayout;
  readonly secrets: StackSecrets;
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** Connection string of a database by its name. */
  mongoUri(database: string): string;
}

/**
 * The environment of one service: the variables that its configuration knows, and how Bun is to run. What the stack decides (database,
 * port, addresses, credentials) wins over the user's environment; all else (LOG_LEVEL, SMTP_URL …) is passed on.
 */
export function serviceEnvironment(name: ServiceName, tools: EnvironmentTools): Record<string, string> {
  const decided = decidedBy(name, tools);
  const known = new Set(Object.values(schemas[name]).map((variable) => variable.name));
  const environment: Record<string, string> = { BUN_GC_TIMER_INTERVAL: String(GC_TIMER_MS) };
  for (const variable of [...everybody, ...known]) {
    const value = tools.io.env[variable];
    if (value !== undefined && value !== "") environment[variable] = value;
  }
  for (const [variable, value] of Object.entries(decided)) if (known.has(variable)) environment[variable] = value;
  return environment;
}

function decidedBy(
  name: ServiceName,
  { io, layout, secrets, ports, mongoUri }: EnvironmentTools,
): Record<string, string> {
  const urls = urlsOf(ports);
  return {
    MONGO_URI: mongoUri(`${name}db`),
    PORT: String(ports[name]),
    HOST: "127.0.0.1",
    JWKS_URL: `${urls.user}/.well-known/jwks.json`,
    USER_SERVICE_URL: urls.user,
    PRODUCT_SERVICE_URL: urls.product,
    SERVICE_CLIENT_ID: `${name}-service`,
    SERVICE_CLIENT_SECRET: secrets.orderClientSecret,
    SERVICE_CLIENTS: JSON.stringify(serviceClients(secrets)),
    KEY_ENCRYPTION_KEY: io.env["KEY_ENCRYPTION_KEY"] || secrets.keyEncryptionKey,
    ADMIN_EMAIL: secrets.adminEmail,
    ADMIN_PASSWORD: secrets.adminPassword,
    MAIL_DIR: io.env["MAIL_DIR"] || layout.mailDir,
  };
}

/** Puts the name of a database into a connection string; without authSource the user stays where it was looked up. */
export function uriOfDatabase(uri: string, database: string): string {
  const match = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri);
  if (match === null) return uri;
  const [, server = "", own = "", query = ""] = match;
  const hasUser = server.includes("@");
  const parameters = query.split("&").filter((parameter) => parameter !== "");
  if (hasUser && !/(^|&)authSource=/i.test(query)) parameters.push(`authSource=${own === "" ? "admin" : own}`);
  return `${server}/${database}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`;
}
