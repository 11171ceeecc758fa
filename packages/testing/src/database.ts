import { sharedTestMongod } from "@pos/local-mongodb/test-server";
import { systemClock } from "@pos/service-kit/clock";
import { connectDatabase, type Database } from "@pos/service-kit/database";
import { silentLogger } from "./logger.ts";

/** A database that only one test file uses. */
export interface TestDatabase {
  readonly database: Database;
  readonly uri: string;
  /** Drops it and closes the connection. */
  drop(): Promise<void>;
}

let counter = 0;

/**
 * A fresh database on the mongod of this test run, which is started at the first call and ends with the run.
 * @param name what it is for: letters and digits go into the database's name
 */
export async function testDatabase(name = "test"): Promise<TestDatabase> {
  const server = await sharedTestMongod();
  const databaseName = `${name.replaceAll(/[^a-z0-9]/gi, "").slice(-20)}_${process.pid}_${++counter}`;
  const uri = server.uri(databaseName);
  const database = await connectDatabase(uri, { clock: systemClock, logger: silentLogger });
  return {
    database,
    uri,
    async drop() {
      await database.db.dropDatabase();
      await database.close();
    },
  };
}
