import { commonEnvironment } from "@pos/service-kit/common-config";
import {
  type Configuration,
  integer,
  refusePlaceholderIn,
  required,
  secret,
  text,
  textOr,
  type Variable,
} from "@pos/service-kit/config";
import { createHash } from "node:crypto";

/** A machine that may get tokens by client credentials. */
export interface ServiceClient {
  readonly id: string;
  /** SHA-256 of the secret, 64 hexadecimal digits. */
  readonly secretHash: string;
  readonly scopes: readonly string[];
}

const KEY_ENCRYPTION_KEY_MIN_LENGTH = 32;
const SERVICE_CLIENTS_MAX = 100;
/** What `sha256sum` says when the variable with the secret was not set: anybody knows that secret. */
const HASH_OF_NOTHING = createHash("sha256").digest("hex");

/** Environment variables that user-service reads. */
export const environment = {
  ...commonEnvironment({ port: 3001 }),
  keyEncryptionKey: keyEncryptionKey(),
  adminEmail: text("ADMIN_EMAIL", { describe: "e-mail address of the first administrator" }),
  adminPassword: secret("ADMIN_PASSWORD", { describe: "password of the first administrator", minLength: 12 }),
  serviceClients: serviceClients(),
  trustedProxyHops: integer("TRUSTED_PROXY_HOPS", 0, {
    describe: "number of proxies in front that append to X-Forwarded-For",
    minimum: 0,
    maximum: 10,
  }),
  smtpUrl: smtpUrl(),
  mailFrom: mailFrom(),
  mailDir: text("MAIL_DIR", { describe: "folder to write mails to if SMTP_URL is not set" }),
};
export type Config = Configuration<typeof environment>;

/** The stored signing keys are only as safe as this: its length is checked in development too. */
function keyEncryptionKey(): Variable<string> {
  const variable = required(
    secret("KEY_ENCRYPTION_KEY", {
      describe: `secret of at least ${KEY_ENCRYPTION_KEY_MIN_LENGTH} characters that encrypts the stored signing keys`,
      minLength: KEY_ENCRYPTION_KEY_MIN_LENGTH,
    }),
  );
  return {
    ...variable,
    parse(value, mode) {
      if (value.length < KEY_ENCRYPTION_KEY_MIN_LENGTH)
        throw new Error(`must have at least ${KEY_ENCRYPTION_KEY_MIN_LENGTH} characters`);
      return variable.parse(value, mode);
    },
  };
}

function smtpUrl(): Variable<string | undefined> {
  const variable = secret("SMTP_URL", { describe: "SMTP server of outgoing mail, smtp:// or smtps://", minLength: 1 });
  return {
    ...variable,
    parse(value, mode) {
      if (!/^smtps?:\/\/[^\s/]+/.test(value)) throw new Error("must begin with smtp:// or smtps://");
      if (!isUrlWithCredentials(value))
        throw new Error("must be a URL whose user and password are percent-encoded, such as %2F for a slash");
      refusePlaceholderIn(value, mode);
      return value;
    },
  };
}

/** Without an address mails would go out, and no server would keep them. */
function mailFrom(): Variable<string> {
  const variable = textOr("MAIL_FROM", "Product Order System <no-reply@localhost>", { describe: "sender of mails" });
  return {
    ...variable,
    parse(value) {
      if (!/^([^<>@\r\n]*<[^<>\s@]+@[^<>\s@]+>|[^<>\s@]+@[^<>\s@]+)$/.test(value))
        throw new Error("must hold an address, such as Shop <no-reply@example.com>");
      return value;
    },
  };
}

function isUrlWithCredentials(value: string): boolean {
  try {
    const { username, password } = new URL(value);
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}

function serviceClients(): Variable<readonly ServiceClient[]> {
  return {
    name: "SERVICE_CLIENTS",
    describe: 'service clients that may get tokens: JSON list of {"id", "secretHash", "scopes"}',
    required: false,
    secret: true,
    fallback: [],
    parse(value) {
      const problem =
        'must be a JSON list of {"id", "secretHash": SHA-256 in hex, "scopes": [words]} with distinct ids';
      let clients: unknown;
      try {
        clients = JSON.parse(value);
      } catch {
        throw new Error(problem);
      }
      if (!Array.isArray(clients) || clients.length > SERVICE_CLIENTS_MAX || !clients.every(isServiceClient))
        throw new Error(problem);
      if (new Set(clients.map(({ id }) => id)).size < clients.length) throw new Error(problem);
      if (clients.some(({ secretHash }) => secretHash === HASH_OF_NOTHING))
        throw new Error("holds the hash of an empty secret");
      return clients;
    },
  };
}

function isServiceClient(value: unknown): value is ServiceClient {
  if (typeof value !== "object" || value === null) return false;
  const { id, secretHash, scopes } = value as Record<string, unknown>;
  return (
    typeof id === "string" &&
    /^[\w.-]{1,100}$/.test(id) &&
    typeof secretHash === "string" &&
    /^[0-9a-f]{64}$/.test(secretHash) &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === "string" && /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(scope))
  );
}
