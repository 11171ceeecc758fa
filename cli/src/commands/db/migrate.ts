import type { Command } from "commander";
import { CliError } from "../../errors.ts";
import type { Exit } from "../../exit-codes.ts";
import type { Io } from "../../io.ts";
import type { View } from "../../output/printer.ts";
import { databaseUris } from "../../stack/database-uris.ts";
import { serviceNames, type ServiceName, stackLayout } from "../../stack/layout.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface MigrateOptions {
  readonly dryRun?: boolean;
  readonly dataDir?: string;
}

interface Row {
  readonly service: ServiceName;
  readonly version: number;
  readonly name: string;
  /** "newer": applied by a newer release, and unknown to this one. */
  readonly state: "pending" | "applied" | "newer";
}

const SELECTION_TIMEOUT_MS = 5000;

const view: View<Row> = {
  kind: "migration",
  id: ({ service, version }) => `${service}/${version}`,
  columns: [
    { header: "DATABASE", value: ({ service }) => `${service}db` },
    { header: "VERSION", value: ({ version }) => String(version), align: "right" },
    { header: "MIGRATION", value: ({ name }) => name },
    {
      header: "STATE",
      value: ({ state }) => state,
      paint: (cell, style, { state }) => (state === "applied" ? style.green(cell) : style.yellow(cell)),
    },
  ],
};

export const migrateVerb: Verb<MigrateOptions> = {
  usage: "migrate",
  summary: "Migrate the databases to this release",
  description: `Runs the pending migrations and creates the indexes of the three databases, as each service does when it starts. Migrations of a newer release, which this one does not know, are shown as newer.
Databases: USER_MONGO_URI, PRODUCT_MONGO_URI and ORDER_MONGO_URI, else those of the MongoDB that \`up\` runs here, else
MONGO_URI.`,
  examples: ["ordersctl db migrate --dry-run", "MONGO_URI=mongodb://… ordersctl db migrate"],
  configure: (command: Command) =>
    command
      .option("--dry-run", "show what is pending and change nothing")
      .option("--data-dir <path>", "where the stack keeps its data (default: .product-order in the checkout)"),
  run: migrate,
};

async function migrate({ dryRun = false, dataDir }: MigrateOptions, tools: Tools): Promise<Exit> {
  const { io, printer, talk } = tools;
  const uris = await databaseUris(stackLayout(io, dataDir), tools);
  const rows: Row[] = [];
  for (const name of serviceNames) rows.push(...(await migrateOne(name, { uri: uris[name], dryRun }, io)));
  printer.list(rows, view);
  const pending = rows.filter(({ state }) => state === "pending").length;
  const newer = serviceNames.filter((name) => rows.some(({ service, state }) => service === name && state === "newer"));
  for (const name of newer)
    talk.warn(`${name}db has migrations of a newer release: run ${name}-service and ordersctl of that one.`);
  if (dryRun) talk.say(pending === 0 ? "Nothing is pending." : `${pending} pending; nothing was changed (--dry-run).`);
  else if (newer.length === 0) talk.done("the databases are migrated to this release");
  return "OK";
}

async function migrateOne(
  name: ServiceName,
  { uri, dryRun }: { uri: string; dryRun: boolean },
  clock: Io,
): Promise<readonly Row[]> {
  const [{ MongoClient }, { compareMigrations, layout, migrateDatabase }] = await Promise.all([
    import("mongodb"),
    loadMigrations(name),
  ]);
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: SELECTION_TIMEOUT_MS });
  try {
    await client.connect();
    const db = client.db();
    if (!dryRun) await migrateDatabase(db, layout, { clock, logger: { info() {}, warn() {} } });
    const { pending, newer } = await compareMigrations(db, layout);
    const versions = new Set(pending.map(({ version }) => version));
    const row = ({ version, name: title }: Pick<Row, "version" | "name">, state: Row["state"]): Row => ({
      service: name,
      version,
      name: title,
      state,
    });
    return [
      ...layout.migrations.map((known) => row(known, versions.has(known.version) ? "pending" : "applied")),
      ...newer.map((unknown) => row(unknown, "newer")),
    ];
  } catch (error) {
    throw new CliError(`${name}db could not be migrated: ${error instanceof Error ? error.message : String(error)}`, {
      exit: "UNREACHABLE",
      tries: ["ordersctl doctor"],
      cause: error,
    });
  } finally {
    await client.close();
  }
}

const loadMigrations = (name: ServiceName) => {
  if (name === "user") return import("@pos/user-service/migrations");
  return name === "product" ? import("@pos/product-service/migrations") : import("@pos/order-service/migrations");
};
