import { MongoClient, ReadPreference } from "mongodb";
import { CliError } from "../errors.ts";
import type { DatabaseName } from "./manifest.ts";

const CONNECT_MS = 5000;

/** Reads at the primary, whatever the connection string prefers: the word "primary" would keep its maxStalenessSeconds. */
export const clientOf = (uri: string): MongoClient =>
  new MongoClient(uri, { readPreference: ReadPreference.primary, serverSelectionTimeoutMS: CONNECT_MS });

/**
 * A secondary that is asked directly answers reads, with what it has by then, and takes no writes.
 * @throws {CliError}
 */
export async function refuseSecondary(name: DatabaseName, client: MongoClient): Promise<void> {
  const { isWritablePrimary, primary } = await client.db().command({ hello: 1 });
  if (isWritablePrimary === true) return;
  throw new CliError(`The connection string of ${name} points to a member that is not the primary.`, {
    tries: [
      primary === undefined
        ? "the same command once there is a primary"
        : `the same command with the primary, ${primary}`,
    ],
  });
}
