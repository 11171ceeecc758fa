import { createHash, randomBytes } from "node:crypto";

/** Every secret of a deployment, new and random. */
export interface DeploymentSecrets {
  readonly mongodbRootPassword: string;
  /** By which the members of a replica set know each other: 6 to 1,024 characters of base64. */
  readonly mongodbKey: string;
  readonly userdbPassword: string;
  readonly productdbPassword: string;
  readonly orderdbPassword: string;
  /** Encrypts the signing keys that are stored in userdb. */
  readonly keyEncryptionKey: string;
  /** With which order-service gets its tokens. */
  readonly serviceClientSecret: string;
  /** What user-service knows of it: JSON with its hash. */
  readonly serviceClients: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
}

/** Client id of order-service. */
export const SERVICE_CLIENT_ID = "order-service";

/** Makes a set of secrets. Passwords are base64url, so they stand in connection strings as they are. */
export function makeSecrets(adminEmail: string): DeploymentSecrets {
  const serviceClientSecret = password();
  const secretHash = createHash("sha256").update(serviceClientSecret).digest("hex");
  return {
    mongodbRootPassword: password(),
    mongodbKey: randomBytes(576).toString("base64"),
    userdbPassword: password(),
    productdbPassword: password(),
    orderdbPassword: password(),
    keyEncryptionKey: password(),
    serviceClientSecret,
    serviceClients: JSON.stringify([{ id: SERVICE_CLIENT_ID, secretHash, scopes: ["internal"] }]),
    adminEmail,
    adminPassword: randomBytes(18).toString("base64url"),
  };
}

const password = () => randomBytes(32).toString("base64url");
