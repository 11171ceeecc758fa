import type { DeploymentSecrets } from "./secrets.ts";

/** The `.env` that compose.yaml reads: one line for each variable it asks for. */
export function composeEnv(secrets: DeploymentSecrets): string {
  return `# Secrets of this stack, made for it alone. Keep this file with the volumes: the data cannot be opened without it.
MONGODB_ROOT_PASSWORD=${secrets.mongodbRootPassword}
MONGODB_KEY=${secrets.mongodbKey}
USERDB_PASSWORD=${secrets.userdbPassword}
PRODUCTDB_PASSWORD=${secrets.productdbPassword}
ORDERDB_PASSWORD=${secrets.orderdbPassword}
KEY_ENCRYPTION_KEY=${secrets.keyEncryptionKey}
SERVICE_CLIENTS='${secrets.serviceClients}'
SERVICE_CLIENT_SECRET=${secrets.serviceClientSecret}
ADMIN_EMAIL=${secrets.adminEmail}
ADMIN_PASSWORD=${secrets.adminPassword}
`;
}
