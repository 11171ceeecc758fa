import { createHash, randomBytes } from "node:crypto";
import { readJsonObject, textField, writePrivateJson } from "../files.ts";
import type { Io } from "../io.ts";
import type { StackLayout } from "./layout.ts";

/** What a stack makes for itself at its first start and keeps (0600). */
export interface StackSecrets {
  readonly keyEncryptionKey: string;
  readonly orderClientSecret: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  /** Whether the generated password was shown once. */
  readonly isPasswordShown: boolean;
}

const ADMIN_EMAIL = "admin@example.com";
const SECRET_BYTES = 32;

/**
 * Reads the secrets of a stack, made at the first call. ADMIN_EMAIL and ADMIN_PASSWORD win over what is kept, but take its
 * place only by `keepSecrets`: an administrator that is there already keeps the password it was made with, and what
 * user-service refuses would be refused at every start.
 * @throws {CliError} when the file is damaged
 */
export async function stackSecrets(layout: StackLayout, env: Io["env"]): Promise<StackSecrets> {
  const file = await readJsonObject(layout.secretsFile, {
    why: [
      "It holds the password of the administrator and the secret that the signing keys are encrypted with:",
      "without that secret user-service does not start with the data that is here.",
    ],
    tries: [
      `fix ${layout.secretsFile}, or restore a copy of it`,
      `ordersctl down --volumes${layout.option}   (deletes all data and starts afresh)`,
    ],
  });
  const givenEmail = env["ADMIN_EMAIL"] || undefined;
  const givenPassword = env["ADMIN_PASSWORD"] || undefined;
  const kept: StackSecrets = {
    keyEncryptionKey: textField(file, "keyEncryptionKey") ?? makeSecret(),
    orderClientSecret: textField(file, "orderClientSecret") ?? makeSecret(),
    adminEmail: textField(file, "adminEmail") ?? ADMIN_EMAIL,
    adminPassword: textField(file, "adminPassword") ?? randomBytes(15).toString("base64url"),
    isPasswordShown: file?.["isPasswordShown"] === true,
  };
  // A full disk keeps nobody from what is known already.
  if (Object.entries(kept).some(([name, value]) => file?.[name] !== value)) await keepSecrets(layout, kept);
  return {
    ...kept,
    adminEmail: givenEmail ?? kept.adminEmail,
    adminPassword: givenPassword ?? kept.adminPassword,
    isPasswordShown: kept.isPasswordShown || givenPassword !== undefined,
  };
}

/** Keeps secrets that are known to be right. */
export const keepSecrets = (layout: StackLayout, secrets: StackSecrets): Promise<void> =>
  writePrivateJson(layout.secretsFile, secrets);

/** Remembers that the password was shown. */
export const passwordShown = (layout: StackLayout, secrets: StackSecrets): Promise<void> =>
  keepSecrets(layout, { ...secrets, isPasswordShown: true });

/** The list of machine clients for user-service: it learns the hash of the secret alone. */
export function serviceClients(secrets: StackSecrets): readonly { id: string; secretHash: string; scopes: string[] }[] {
  const secretHash = createHash("sha256").update(secrets.orderClientSecret).digest("hex");
  return [{ id: "order-service", secretHash, scopes: ["internal"] }];
}

const makeSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");
