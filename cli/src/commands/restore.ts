import { resolve } from "node:path";
import type { SourceOptions } from "../backup/sources.ts";
import { interruptible } from "../interruptible.ts";
import { count } from "../output/text.ts";
import type { Verb } from "../verb.ts";
import { withSourceOptions } from "./backup.ts";

interface Options extends SourceOptions {
  readonly directory: string;
  readonly replace?: boolean;
}

/** Ids that are printed; the rest is counted. */
const IDS_SHOWN_MAX = 10;

/** `ordersctl restore DIR`. */
export const restoreVerb: Verb<Options> = {
  usage: "restore <directory>",
  summary: "Restore the three databases from a backup",
  description: `Restores users, products and orders from a backup. The services must be stopped and MongoDB running (that of a
stopped \`up\` is started for the restore). Every file is checked before anything is written. Afterwards everybody has to
sign in again, with the passwords of the backup.`,
  examples: [
    "ordersctl down; ordersctl restore backups/monday --replace; ordersctl up",
    "ordersctl restore /mnt/backups/monday --compose",
  ],
  configure: (command) => withSourceOptions(command).option("--replace", "delete the current content of the databases"),
  async run({ directory, replace = false, ...options }, tools) {
    const { openDatabases } = await import("../backup/sources.ts");
    const { readManifest } = await import("../backup/manifest.ts");
    const { load } = await import("../backup/load.ts");
    const { io, talk } = tools;
    const folder = resolve(io.cwd, directory);
    const manifest = await readManifest(folder);
    if (replace)
      await tools.confirm(`Delete all users, products and orders, and restore those of ${manifest.createdAt}?`);
    const report = await interruptible(io, async (signal) => {
      const databases = await openDatabases({ ...options, stopped: true, signal }, tools);
      try {
        talk.say(`filling ${databases.description}`);
        const filled = await load(
          folder,
          { manifest, uris: databases.uris, replace },
          {
            now: () => io.now(),
            sleep: (milliseconds) => io.sleep(milliseconds, signal),
            say: (line) => talk.say(`  ${line}`),
            begins: () => databases.restoring(folder),
            signal,
          },
        );
        await databases.restored();
        return filled;
      } finally {
        await databases.close();
      }
    });
    const { ordersLeftOut: leftOut, ordersMended } = report;
    talk.done(`restored ${report.documents} documents of ${manifest.createdAt}`);
    if (ordersMended > 0) talk.say(`${count(ordersMended, "order")} will send its message to product-service again.`);
    if (leftOut.length > 0) {
      const shown = leftOut.slice(0, IDS_SHOWN_MAX).join(", ");
      talk.warn(
        `left out ${count(leftOut.length, "order")} without a reservation, placed while the backup ran: ${shown}`,
      );
    }
    talk.hint("Now start the services: they create their indexes and new signing keys.");
  },
};
