import type { WireTools } from "@pos/service-kit/define-service";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { AddressRepository } from "./addresses/repository.ts";
import { AddressService } from "./addresses/service.ts";
import { AuthService } from "./auth/service.ts";
import { ClientService } from "./clients/service.ts";
import type { Config } from "./config.ts";
import { KeyRing } from "./keys/key-ring.ts";
import { KeyRepository } from "./keys/repository.ts";
import { createMailer } from "./mail/create-mailer.ts";
import { PostOffice } from "./mail/post-office.ts";
import { createPasswordHasher } from "./passwords/hasher.ts";
import { MailedTokenRepository } from "./recovery/repository.ts";
import { RecoveryService } from "./recovery/service.ts";
import { SessionRepository } from "./sessions/repository.ts";
import { SessionService } from "./sessions/service.ts";
import { AttemptRepository } from "./throttle/attempt-repository.ts";
import { LOGIN_LIMITS, LoginThrottle, type ThrottleLimits } from "./throttle/login-throttle.ts";
import { MailThrottle } from "./throttle/mail-throttle.ts";
import { CounterRepository } from "./throttle/repository.ts";
import { UserRepository } from "./users/repository.ts";
import { StandingRepository } from "./users/standing-repository.ts";
import { UserService } from "./users/service.ts";

/** What tests set otherwise; the code path stays the same. */
export interface TestPorts {
  /** bcrypt's cost; 10 when absent. */
  readonly passwordCost?: number;
  /** 5, 50 and 100 failures in 15 minutes when absent. */
  readonly loginLimits?: ThrottleLimits;
}

/** Wires repositories and services of all features. @throws Error when the stored signing keys do not open */
export async function createServices(tools: WireTools<Config> & TestPorts) {
  const { config, database, clock, logger, passwordCost, loginLimits: limits = LOGIN_LIMITS } = tools;
  const { db } = database;
  const keys = await KeyRing.open({
    repository: new KeyRepository(db),
    encryptionSecret: config.keyEncryptionKey,
    issuer: config.jwtIssuer,
    clock,
    logger,
  });
  const verifier = createTokenVerifier({ keys, issuer: config.jwtIssuer, clock });
  const hasher = createPasswordHasher(passwordCost === undefined ? {} : { cost: passwordCost });
  const users = new UserRepository(database);
  const standings = new StandingRepository(database);
  const sessionStore = new SessionRepository(db);
  const counters = new CounterRepository(db);
  const post = new PostOffice({ mailer: await createMailer(config, { clock, logger }), clock, logger });
  const logins = new LoginThrottle({ counters: new AttemptRepository(db), clock, limits });
  const recovery = new RecoveryService({
    users,
    sessions: sessionStore,
    tokens: new MailedTokenRepository(db),
    hasher,
    throttle: new MailThrottle({ counters, clock }),
    logins,
    post,
    clock,
  });
  const sessions = new SessionService({ sessions: sessionStore, users, keys, clock, logger });
  const auth = new AuthService({
    users,
    sessions,
    sessionStore,
    hasher,
    throttle: logins,
    clock,
    events: recovery,
  });
  return {
    keys,
    verifier,
    accounts: users,
    users: new UserService({ users, standings, sessions: sessionStore, hasher, events: recovery, clock }),
    addresses: new AddressService({ addresses: new AddressRepository(db), clock }),
    clients: new ClientService(config.serviceClients, keys),
    auth,
    sessions,
    recovery,
    background: [keys, post],
  };
}
