import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { BUILD, PEERS, REPOSITORY } from "./paths.ts";

export type Role = "user" | "product" | "order";
export const ROLES: readonly Role[] = ["user", "product", "order"];
export type Urls = Readonly<Record<Role, string>>;

/** What the services of a stack are told. */
export interface Surroundings {
  readonly urls: Urls;
  readonly mongoUris: Readonly<Record<Role, string>>;
}

/** A set of three services that can be measured. */
export interface StackDescription {
  readonly name: string;
  /** What a reader of the result is told. */
  readonly about: string;
  /** Builds what must be built; run once in its folder. */
  readonly build: readonly (readonly string[])[];
  readonly folder: string;
  command(role: Role): readonly string[];
  environment(role: Role, surroundings: Surroundings): Readonly<Record<string, string>>;
  /** Who may add products; absent where anybody may. */
  readonly admin?: { readonly email: string; readonly password: string };
  /** Whether calls carry the caller's access token and placements an Idempotency-Key. */
  readonly isGuarded: boolean;
}

/** The name of this product in the tables. */
export const OURS = "product-order-system";

/** This product, built as its images are, everything on. Its secrets are made here and live as long as the run. */
export function ours(): StackDescription {
  const admin = { email: "admin@example.com", password: randomBytes(18).toString("base64url") };
  const client = { id: "order-service", secret: randomBytes(24).toString("base64url") };
  const secretHash = createHash("sha256").update(client.secret).digest("hex");
  const keyEncryptionKey = randomBytes(32).toString("hex");
  const own: Readonly<Record<Role, (urls: Urls) => Record<string, string>>> = {
    user: () => ({
      KEY_ENCRYPTION_KEY: keyEncryptionKey,
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      SERVICE_CLIENTS: JSON.stringify([{ id: client.id, secretHash, scopes: ["internal"] }]),
    }),
    product: ({ user }) => ({ JWKS_URL: `${user}/.well-known/jwks.json` }),
    order: ({ user }) => ({
      JWKS_URL: `${user}/.well-known/jwks.json`,
      SERVICE_CLIENT_ID: client.id,
      SERVICE_CLIENT_SECRET: client.secret,
    }),
  };
  return {
    name: OURS,
    about: "this product: tokens, owners, stock, idempotency keys, request log and metrics on",
    build: ROLES.map((role) => [
      ...[process.execPath, "run", "--silent", "--cwd", join("packages", `${role}-service`)],
      ...["build", `--outdir=${join(BUILD, OURS, role)}`],
    ]),
    folder: REPOSITORY,
    command: (role) => [process.execPath, join(BUILD, OURS, role, "main.js")],
    environment: (role, { urls }) => ({ BUN_GC_TIMER_INTERVAL: "10000", ...own[role](urls) }),
    admin,
    isGuarded: true,
  };
}

const jwtSecret = randomBytes(24).toString("hex");
const peer = (name: string, about: string): Omit<StackDescription, "build" | "folder" | "command"> => ({
  name,
  about,
  environment: () => ({ NODE_ENV: "production", JWT_SECRET: jwtSecret }),
  isGuarded: false,
});
const onNode = (name: string, about: string): StackDescription => ({
  ...peer(name, about),
  build: [["npm", "ci", "--prefix", "..", "--no-audit", "--no-fund", "--silent"]],
  folder: join(PEERS, name),
  command: (role) => ["node", `${role}.js`],
});

/** Stacks that do the same without tokens on their routes and without taking stock. */
export const PEER_STACKS: readonly StackDescription[] = [
  onNode("express-mongoose", "Express 5, Mongoose 9 with lean reads, axios, pino"),
  onNode("fastify-native", "Fastify 5 with response schemas, the native driver, undici, buffered pino"),
  {
    ...peer("go-native", "Go net/http, the official driver, log/slog"),
    build: [["go", "build", "-trimpath", "-o", join(BUILD, "go-native"), "."]],
    folder: join(PEERS, "go-native"),
    command: (role) => [join(BUILD, "go-native"), role],
  },
];
