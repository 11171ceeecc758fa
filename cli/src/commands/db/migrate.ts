import type { Command } from "commander";
import type { Exit } from "../../exit-codes.ts";
import type { View } from "../../output/printer.ts";
import { databaseUris } from "../../stack/database-uris.ts";
import { dataDirOption, serviceNames, stackLayout } from "../../stack/layout.ts";
import { migratedFurther, type MigrationState, readMigrations } from "../../stack/migrations.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface MigrateOptions {
  readonly dryRun?: boolean;
  readonly dataDir?: string;
}

const view: View<MigrationState> = {
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
    command.option("--dry-run", "show what is pending and change nothing").option(...dataDirOption),
  run: migrate,
};

async function migrate({ dryRun = false, dataDir }: MigrateOptions, tools: Tools): Promise<Exit> {
  const { io, printer, talk } = tools;
  const uris = await databaseUris(stackLayout(io, dataDir), tools);
  const rows: MigrationState[] = [];
  for (const name of serviceNames)
    rows.push(...(await readMigrations(name, { uri: uris[name], migrate: !dryRun }, io)));
  printer.list(rows, view);
  const pending = rows.filter(({ state }) => state === "pending").length;
  const newer = migratedFurther(rows);
  for (const name of newer)
    talk.warn(`${name}db has migrations of a newer release: run ${name}-service and ordersctl of that one.`);
  if (dryRun) talk.say(pending === 0 ? "Nothing is pending." : `${pending} pending; nothing was changed (--dry-run).`);
  else if (newer.length === 0) talk.done("the databases are migrated to this release");
  return "OK";
}
