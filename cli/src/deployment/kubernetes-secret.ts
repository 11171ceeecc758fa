import { stringify } from "yaml";
import { type DeploymentSecrets, SERVICE_CLIENT_ID } from "./secrets.ts";

const NAMESPACE = "product-order-system";
const databases = [
  { name: "user", variable: "USER", field: "userdbPassword" },
  { name: "product", variable: "PRODUCT", field: "productdbPassword" },
  { name: "order", variable: "ORDER", field: "orderdbPassword" },
] as const;

/**
 * The Secrets that k8s/base reads, as YAML.
 * @param members members of each replica set: all of them stand in the connection strings
 */
export function kubernetesSecrets(secrets: DeploymentSecrets, members: number): string {
  const ofDatabases = databases.flatMap(({ name, variable, field }) => [
    [`${variable}_MONGO_URI`, mongoUri(name, secrets[field], members)],
    [`${variable}DB_PASSWORD`, secrets[field]],
  ]);
  const system = secret("product-order-system-secret", {
    ...Object.fromEntries(ofDatabases),
    MONGODB_ROOT_PASSWORD: secrets.mongodbRootPassword,
    KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey,
    SERVICE_CLIENTS: secrets.serviceClients,
    SERVICE_CLIENT_ID,
    SERVICE_CLIENT_SECRET: secrets.serviceClientSecret,
    ADMIN_EMAIL: secrets.adminEmail,
    ADMIN_PASSWORD: secrets.adminPassword,
  });
  return [system, secret("mongodb-key", { key: secrets.mongodbKey })].join("---\n");
}

/** A kustomization that puts these Secrets in the place of an overlay's placeholders. */
export function liveKustomization(overlay: string): string {
  return stringify({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [`../overlays/${overlay}`],
    patches: [{ path: "secret.yaml" }],
  });
}

function secret(name: string, stringData: Readonly<Record<string, string>>): string {
  const metadata = { name, namespace: NAMESPACE };
  return stringify({ apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", stringData }, { lineWidth: 0 });
}

function mongoUri(name: string, password: string, members: number): string {
  const host = (member: number) => `mongodb-${name}-${member}.mongodb-${name}.${NAMESPACE}.svc.cluster.local:27017`;
  const hosts = Array.from({ length: members }, (_, member) => host(member)).join(",");
  return `mongodb://${name}-service:${password}@${hosts}/${name}db?replicaSet=rs0`;
}
