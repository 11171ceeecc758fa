import type { Io } from "../io.ts";
import type { Talk } from "../output/talk.ts";
import type { StackLayout } from "./layout.ts";
import { withMemoryKill } from "./memory-kills.ts";
import { uriOfDatabase } from "./service-environment.ts";
import type { RunningUnit, Unit } from "./unit.ts";
import { told } from "./told.ts";

/** On a slow disk the recovery after a crash takes minutes; cut short, it would begin anew with every start. */
const START_MAX_MS = 300_000;

/** The MongoDB of a stack. */
export interface StackDatabase {
  /** In words, without a password. */
  readonly description: string;
  uri(database: string): string;
  /** Absent with a MONGO_URI of the user's own. */
  readonly mongod?: { readonly unit: Unit; readonly running: RunningUnit; port(): number };
}

/**
 * MONGO_URI when it is set and fits, else a mongod of our own with a password, as a replica set of one.
 * @param port the port that the mongod of this data directory had last
 * @throws {MongoUriError | MongodBinError | MongodNotFoundError | MongodStartError}
 */
export async function openDatabase(tools: {
  io: Io;
  talk: Talk;
  layout: StackLayout;
  port: number | undefined;
  /** Ends a fetch or a start that is under way. */
  signal?: AbortSignal;
}): Promise<StackDatabase> {
  const given = tools.io.env["MONGO_URI"];
  return given ? useGiven(given, tools.talk) : startOwn(tools);
}

async function useGiven(uri: string, talk: Talk): Promise<StackDatabase> {
  const { checkMongoUri } = await import("@pos/local-mongodb/check-uri");
  const facts = await checkMongoUri(uri);
  for (const warning of facts.warnings) talk.warn(warning);
  const description = `MONGO_URI, MongoDB ${facts.version}, replica set ${facts.replicaSet}`;
  talk.say(`MongoDB ${facts.version} from MONGO_URI, replica set ${facts.replicaSet}`);
  return { description, uri: (database) => uriOfDatabase(uri, database) };
}

async function startOwn(tools: {
  io: Io;
  talk: Talk;
  layout: StackLayout;
  port: number | undefined;
  signal?: AbortSignal;
}): Promise<StackDatabase> {
  const { io, talk, layout, signal } = tools;
  const [{ findMongod }, { startMongod }] = await Promise.all([
    import("@pos/local-mongodb/find"),
    import("@pos/local-mongodb/run"),
  ]);
  const found = await findMongod({ env: io.env, log: (line) => talk.say(line), signal });
  let port = tools.port;
  let uri: (database: string) => string = () => "";
  const start = async (): Promise<RunningUnit> => {
    const mongod = await startMongod({
      binary: found.path,
      dataDir: layout.mongodDir,
      auth: true,
      // Whoever kills the supervisor must not pull the database from under services that still run.
      lifetime: "detached",
      timeoutMs: START_MAX_MS,
      ...(signal === undefined ? {} : { signal }),
      ...(port === undefined ? {} : { port }),
    });
    port = mongod.port;
    uri = mongod.uri;
    return { pid: mongod.pid, ended: withMemoryKill(mongod.exited), stop: mongod.stop };
  };
  const unit: Unit = { name: "mongod", start };
  const running = await told("mongod", start(), talk);
  return {
    description: `mongod ${found.version} (${found.source}), started here`,
    uri: (database) => uri(database),
    mongod: { unit, running, port: () => port ?? 0 },
  };
}
