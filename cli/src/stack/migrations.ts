import { CliError, messageOf } from "../errors.ts";
import type { Io } from "../io.ts";
import { serviceNames, type ServiceName } from "./layout.ts";

/** A migration of a service's database. */
export interface MigrationState {
  readonly service: ServiceName;
  readonly version: number;
  readonly name: string;
  /** "newer": applied by a newer release, and unknown to this one. */
  readonly state: "pending" | "applied" | "newer";
}

/**
 * Every migration of a service's database, in order.
 * @param database `migrate` runs what is pending first
 * @throws {CliError} UNREACHABLE
 */
export async function readMigrations(
  service: ServiceName,
  database: { uri: string; migrate: boolean },
  clock: Io,
): Promise<readonly MigrationState[]> {
  // Only now: the driver would slow down the help of every command that comes this way.
  const [{ clientOf }, { compareMigrations, layout, migrateDatabase }] = await Promise.all([
    import("../backup/primary.ts"),
    loadMigrations(service),
  ]);
  const client = clientOf(database.uri);
  try {
    const db = client.db();
    if (database.migrate) await migrateDatabase(db, layout, { clock, logger: { info() {}, warn() {} } });
    const { pending, newer } = await compareMigrations(db, layout);
    const versions = new Set(pending.map(({ version }) => version));
    return [
      ...layout.migrations.map(({ version, name }) => {
        const state = versions.has(version) ? ("pending" as const) : ("applied" as const);
        return { service, version, name, state };
      }),
      ...newer.map(({ version, name }) => ({ service, version, name, state: "newer" as const })),
    ];
  } catch (error) {
    const what = database.migrate ? "migrated" : "read";
    throw new CliError(`${service}db could not be ${what}: ${messageOf(error)}`, {
      exit: "UNREACHABLE",
      tries: ["ordersctl doctor"],
      cause: error,
    });
  } finally {
    await client.close();
  }
}

/** The services whose databases a newer release has migrated. */
export const migratedFurther = (all: readonly MigrationState[]): readonly ServiceName[] =>
  serviceNames.filter((name) => all.some(({ service, state }) => service === name && state === "newer"));

const loadMigrations = (name: ServiceName) => {
  if (name === "user") return import("@pos/user-service/migrations");
  return name === "product" ? import("@pos/product-service/migrations") : import("@pos/order-service/migrations");
};
