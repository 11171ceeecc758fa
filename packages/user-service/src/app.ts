import type { BuildParts, BuiltService } from "@pos/service-kit/run-service";
import { createHealthMonitor } from "@pos/service-kit/health";
import { migrateDatabase } from "@pos/service-kit/migrate";
import { createServiceApp } from "@pos/service-kit/service-app";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import packageJson from "../package.json" with { type: "json" };
import { AddressRepository } from "./addresses/repository.ts";
import { addressRoutes } from "./addresses/routes.ts";
import { AddressService } from "./addresses/service.ts";
import { authRoutes } from "./auth/routes.ts";
import { AuthService } from "./auth/service.ts";
import { ClientService } from "./clients/service.ts";
import { type Config, environment } from "./config.ts";
import { KeyRing } from "./keys/key-ring.ts";
import { KeyRepository } from "./keys/repository.ts";
import { createMailer } from "./mail/create-mailer.ts";
import { PostOffice } from "./mail/post-office.ts";
import { layout } from "./migrations.ts";
import { createPasswordHasher } from "./passwords/hasher.ts";
import { MailedTokenRepository } from "./recovery/repository.ts";
import { recoveryRoutes } from "./recovery/routes.ts";
import { RecoveryService } from "./recovery/service.ts";
import { SessionRepository } from "./sessions/repository.ts";
import { SessionService } from "./sessions/service.ts";
import { LoginThrottle, type ThrottleLimits } from "./throttle/login-throttle.ts";
import { MailThrottle } from "./throttle/mail-throttle.ts";
import { CounterRepository } from "./throttle/repository.ts";
import { ensureFirstAdmin } from "./users/first-admin.ts";
import { UserRepository } from "./users/repository.ts";
import { userRoutes } from "./users/routes.ts";
import { UserService } from "./users/service.ts";

/** What tests set otherwise; the code path stays the same. */
export interface TestPorts {
  /** bcrypt's cost; 10 when absent. */
  readonly passwordCost?: number;
  readonly loginLimits?: ThrottleLimits;
}

const NAME = "user-service";

/**
 * Builds user-service: brings the database to its layout, opens the signing keys, makes the first administrator.
 * @throws Error when the keys do not open, or the first administrator's address is somebody else's
 */
export async function buildUserService(parts: BuildParts<Config> & TestPorts): Promise<BuiltService> {
  const { config, database, clock, logger } = parts;
  await migrateDatabase(database.db, layout, { clock, logger });
  const keys = await KeyRing.open({
    repository: new KeyRepository(database.db),
    encryptionSecret: config.keyEncryptionKey,
    issuer: config.jwtIssuer,
    clock,
    logger,
  });
  const verifier = createTokenVerifier({ keys, issuer: config.jwtIssuer, clock });
  const hasher = await createPasswordHasher(parts.passwordCost === undefined ? {} : { cost: parts.passwordCost });
  const users = new UserRepository(database);
  const sessionStore = new SessionRepository(database.db);
  const counters = new CounterRepository(database.db);
  const post = new PostOffice({ mailer: createMailer(config, { clock, logger }), clock, logger });
  const recovery = new RecoveryService({
    users,
    sessions: sessionStore,
    tokens: new MailedTokenRepository(database.db),
    hasher,
    throttle: new MailThrottle({ counters, clock }),
    post,
    clock,
  });
  const service = new UserService({ users, sessions: sessionStore, hasher, events: recovery, clock });
  await ensureFirstAdmin({ email: config.adminEmail, password: config.adminPassword }, { users, service, logger });
  const sessions = new SessionService({ sessions: sessionStore, users, keys, clock, logger });
  const auth = new AuthService({
    users,
    sessions,
    sessionStore,
    hasher,
    throttle: new LoginThrottle({
      counters,
      clock,
      ...(parts.loginLimits === undefined ? {} : { limits: parts.loginLimits }),
    }),
    clock,
    onPasswordChanged: (account) => recovery.passwordChanged(account),
  });
  const clients = new ClientService(config.serviceClients, keys);
  const addresses = new AddressService({ addresses: new AddressRepository(database.db), clock });
  const { trustedProxyHops } = config;
  const health = createHealthMonitor(NAME, [{ name: "mongodb", check: (timeoutMs) => database.ping(timeoutMs) }]);
  const features = () =>
    new Elysia({ normalize: false })
      .use(userRoutes(service, verifier))
      .use(addressRoutes(addresses, verifier))
      .use(authRoutes({ auth, sessions, clients, keys, verifier, trustedProxyHops }))
      .use(recoveryRoutes({ auth, recovery, verifier, trustedProxyHops }));
  const app = createServiceApp(features, {
    logger,
    verifier,
    health,
    facts: {
      service: NAME,
      version: packageJson.version,
      environmentNames: Object.values(environment).map(({ name }) => name),
      port: parts.port,
      replicaSet: () => database.client.options.replicaSet ?? undefined,
    },
    corsOrigins: config.corsOrigins,
    document: {
      title: "User service",
      version: packageJson.version,
      description: "Who people are: accounts, sign-in, signing keys, addresses.",
    },
  });
  return { app, health, background: [keys, post] };
}
