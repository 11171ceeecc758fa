import type { Credentials } from "./credentials.ts";

/** `mongodb://…` with every member on 127.0.0.1, the set's name and, where there are credentials, their database. */
export function connectionString(parts: {
  readonly ports: readonly number[];
  readonly replicaSet: string;
  readonly credentials?: Credentials | undefined;
  readonly database: string;
}): string {
  const { credentials } = parts;
  const login = credentials
    ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`
    : "";
  const hosts = parts.ports.map((port) => `127.0.0.1:${port}`).join(",");
  const query = `replicaSet=${parts.replicaSet}${credentials ? "&authSource=admin" : ""}`;
  return `mongodb://${login}${hosts}/${parts.database}?${query}`;
}
