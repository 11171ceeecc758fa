import type { Verb } from "../../verb.ts";
import { CliError, messageOf } from "../../errors.ts";
import { interruptible } from "../../interruptible.ts";

interface Options {
  readonly watch?: boolean;
}

/** `ordersctl db init`: what images usually do in shell, the same for compose and Kubernetes. */
export const initVerb: Verb<Options> = {
  usage: "init",
  summary: "Set up a new mongod: a replica set, and a user for its service",
  description: `Waits for the mongod in this network namespace, then creates the replica set, its administrator, and the user of
one service, who may use only that service's database. Run again, it changes only what differs: it sets a new password or
adds a missing member. It must share mongod's network namespace, because the first user can only be created from there.
The services create their indexes when they start.

It reads DB_INIT_MEMBERS (host:port, …), DB_INIT_DATABASE, DB_INIT_USER, DB_INIT_PASSWORD, DB_INIT_ROOT_PASSWORD, and
DB_INIT_PORT (27017), DB_INIT_REPLICA_SET (rs0), DB_INIT_SELF (name of this member, where there are several).`,
  examples: ["DB_INIT_MEMBERS=mongodb-user:27017 … ordersctl db init", "ordersctl db init --watch"],
  configure: (command) => command.option("--watch", "keep running and check every 10 s"),
  async run({ watch = false }, { io, talk }) {
    const { DatabaseInitError } = await import("../../deployment/initialise-database.ts");
    const { readDatabaseWish } = await import("../../deployment/database-wish.ts");
    const { runDatabaseInit } = await import("../../deployment/run-database-init.ts");
    try {
      const wish = readDatabaseWish(io.env);
      await interruptible(io, (signal) => runDatabaseInit(wish, { watch, signal, say: (line) => talk.say(line) }));
    } catch (error) {
      if (error instanceof DatabaseInitError) throw new CliError(error.message, { cause: error });
      if (error instanceof AggregateError) throw environmentError(error);
      throw error;
    }
  },
};

const environmentError = (error: AggregateError): CliError =>
  new CliError(error.message, { exit: "USAGE", why: error.errors.map(messageOf), tries: ["ordersctl db init --help"] });
