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
 * Reads the secrets of a stack, made at the first call. ADMIN_EMAIL and ADMIN_PASSWORD win over what is kept.
 * @throws {CliError} when the file is damaged
 */
export async function stackSecrets(layout: StackLayout, env: Io["env"]): Promise<StackSecrets> {
  const kept = await readJsonObject(layout.secretsFile);
  const givenPassword = env["ADMIN_PASSWORD"] || undefined;
  const secrets: StackSecrets = {
    keyEncryptionKey: textField(kept, "keyEncryptionKey") ?? makeSecret(),
    orderClientSecret: textField(kept, "orderClientSecret") ?? makeSecret(),
    adminEmail: (env["ADMIN_EMAIL"] || undefined) ?? textField(kept, "adminEmail") ?? ADMIN_EMAIL,
    adminPassword: givenPassword ?? textField(kept, "adminPassword") ?? randomBytes(15).toString("base64url"),
    isPasswordShown: kept?.["isPasswordShown"] === true || givenPassword !== undefined,
  };
  await writePrivateJson(layout.secretsFile, secrets);
  return secrets;
}

/** Remembers that the password was shown. */
export const passwordShown = (layout: StackLayout, secrets: StackSecrets): Promise<void> =>
  writePrivateJson(layout.secretsFile, { ...secrets, isPasswordShown: true });

/** The list of machine clients for user-service: it learns the hash of the secret alone. */
export function serviceClients(secrets: StackSecrets): readonly { id: string; secretHash: string; scopes: string[] }[] {
  const secretHash = createHash("sha256").update(secrets.orderClientSecret).digest("hex");
  return [{ id: "order-service", secretHash, scopes: ["internal"] }];
}

const makeSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");
