import { resolve } from "node:path";
import type { Command } from "commander";
import type { SourceOptions } from "../backup/sources.ts";
import { interruptible } from "../interruptible.ts";
import type { Verb } from "../verb.ts";

interface Options extends SourceOptions {
  readonly directory: string;
}

/** Which databases `backup` and `restore` mean. */
export const withSourceOptions = (command: Command): Command =>
  command
    .option("--compose", "use the databases of compose.yaml, with its .env")
    .option("--env-file <file>", "the .env of --compose (default .env)")
    .option("--data-dir <path>", "data directory of the stack that `up` runs (default .product-order)");

/** `ordersctl backup DIR`. */
export const backupVerb: Verb<Options> = {
  usage: "backup <directory>",
  summary: "Copy the three databases into a folder",
  description: `Copies users, products and orders into a new folder while the system is in use. Each database is copied as of
one moment, products before orders; restore reconciles them, so that nothing that existed when the backup began is lost or
sold twice. Sign-ins and signing keys are left out, so a restore cannot bring back what was revoked.

The databases are those of the stack that \`up\` runs, those of compose.yaml with --compose, or those that
USER_MONGO_URI, PRODUCT_MONGO_URI and ORDER_MONGO_URI name. MONGO_URI is used if \`up\` was started with one.`,
  examples: ["ordersctl backup backups/monday", "ordersctl backup /mnt/backups/monday --compose"],
  configure: withSourceOptions,
  async run({ directory, ...options }, tools) {
    const { openDatabases } = await import("../backup/sources.ts");
    const { dump, folderFor } = await import("../backup/dump.ts");
    const { io, talk } = tools;
    const folder = resolve(io.cwd, directory);
    // Before a MongoDB is started for it.
    await folderFor(folder);
    await interruptible(io, async (signal) => {
      const databases = await openDatabases({ ...options, stopped: false, signal }, tools);
      try {
        talk.say(`copying ${databases.description}`);
        const words = { say: (line: string) => talk.say(`  ${line}`), warn: (line: string) => talk.warn(line) };
        await dump(folder, databases.uris, { now: () => io.now(), ...words, signal });
      } finally {
        await databases.close();
      }
      talk.done(`backup in ${folder}; it holds personal data and password hashes`);
    });
  },
};
