import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readEnvFile } from "../deployment/compose-project.ts";
import { CliError } from "../errors.ts";
import { openDatabase } from "../stack/database.ts";
import { stackLayout } from "../stack/layout.ts";
import { takeLock } from "../lock.ts";
import { atWork } from "../stack/supervisor.ts";
import { endStrayMongod } from "../stack/orphans.ts";
import { markRestored, markRestoring, refuseHalfRestored } from "../stack/restore-mark.ts";
import { givenUri, runningMongod } from "../stack/database-uris.ts";
import { livingProcesses, readState } from "../stack/state.ts";
import type { Tools } from "../tools.ts";
import type { DatabaseUris } from "./dump.ts";

/** Which databases are meant. */
export interface SourceOptions {
  readonly compose?: boolean;
  readonly envFile?: string;
  readonly dataDir?: string;
}

/** Databases that answer until they are closed. */
export interface OpenDatabases {
  readonly uris: DatabaseUris;
  /** In words, without a password. */
  readonly description: string;
  /** Notes that they are not whole from here on: `up` does not start on them until `restored`. */
  restoring(folder: string): Promise<void>;
  restored(): Promise<void>;
  close(): Promise<void>;
}

const VARIABLES = ["USER_MONGO_URI", "PRODUCT_MONGO_URI", "ORDER_MONGO_URI"] as const;
const done = async () => {};
/** Of databases that `up` does not start on. */
const elsewhere = { restoring: done, restored: done, close: done };

type Wanted = SourceOptions & { readonly stopped: boolean; readonly signal: AbortSignal };

/**
 * The three databases: USER_MONGO_URI, PRODUCT_MONGO_URI and ORDER_MONGO_URI where they are set, with `compose` those
 * of the compose file, else those of the stack that `up` runs; a stopped stack's MongoDB is started meanwhile.
 * @param options `stopped` wants the stack's services to be down; `signal` breaks off a start of its MongoDB
 * @throws {CliError}
 */
export async function openDatabases(options: Wanted, tools: Tools): Promise<OpenDatabases> {
  const given = fromEnvironment(tools.io.env);
  if (given !== undefined) return { uris: given, description: VARIABLES.join(", "), ...elsewhere };
  if (options.compose === true || options.envFile !== undefined) return await fromCompose(options, tools);
  return await fromStack(options, tools);
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): DatabaseUris | undefined {
  const [userdb, productdb, orderdb] = VARIABLES.map((name) => givenUri(name, env));
  if (userdb && productdb && orderdb) return { userdb, productdb, orderdb };
  const missing = VARIABLES.filter((name) => !env[name]);
  if (missing.length === VARIABLES.length) return undefined;
  throw new CliError(`${missing.join(" and ")} is missing: set all three or none.`, { exit: "USAGE" });
}

async function fromCompose({ envFile = ".env" }: SourceOptions, { io }: Tools): Promise<OpenDatabases> {
  const path = resolve(io.cwd, envFile);
  const variables = await readEnvFile(path);
  const uri = (service: string, passwordName: string, portName: string, portDefault: number) => {
    const password = variables[passwordName];
    if (!password) throw new CliError(`${path} has no ${passwordName}.`, { tries: ["name it with --env-file"] });
    const place = `127.0.0.1:${variables[portName] || portDefault}/${service}db`;
    // Seen from outside of its network the only member of the set has another name.
    return `mongodb://${service}-service:${encodeURIComponent(password)}@${place}?directConnection=true`;
  };
  const uris = {
    userdb: uri("user", "USERDB_PASSWORD", "MONGODB_USER_PORT", 27_017),
    productdb: uri("product", "PRODUCTDB_PASSWORD", "MONGODB_PRODUCT_PORT", 27_018),
    orderdb: uri("order", "ORDERDB_PASSWORD", "MONGODB_ORDER_PORT", 27_019),
  };
  return { uris, description: `the databases of ${path}`, ...elsewhere };
}

async function fromStack(options: Wanted, tools: Tools): Promise<OpenDatabases> {
  const layout = stackLayout(tools.io, options.dataDir);
  const state = await readState(layout);
  if (state === undefined) {
    throw new CliError(`No stack has run in ${layout.dataDir}.`, {
      tries: [`ordersctl up${layout.option}`, "the same command with --compose", `set ${VARIABLES.join(", ")}`],
    });
  }
  const living = livingProcesses(state).map(({ name }) => name);
  if (options.stopped && living.length > 0)
    throw new CliError(`The stack is running (${living.join(", ")}).`, { tries: [`ordersctl down${layout.option}`] });
  const description = `the stack in ${layout.dataDir}`;
  const running = await runningMongod(state, layout, tools);
  if (running !== undefined) return { uris: urisOf(running), description, ...elsewhere };
  const { talk } = tools;
  const { signal } = options;
  const isOwn = state.mongod !== undefined || (state.database === "" && existsSync(layout.mongodDir));
  // A stack that has a MongoDB of its own keeps its data there, whatever MONGO_URI names by now.
  const io = isOwn ? { ...tools.io, env: { ...tools.io.env, MONGO_URI: undefined } } : tools.io;
  if (!isOwn && !io.env["MONGO_URI"])
    throw new CliError(`The MongoDB of ${description} is not here, and MONGO_URI is not set.`, {
      tries: ["MONGO_URI=mongodb://… ordersctl …   (the same as for `up`)"],
    });
  if (!isOwn && living.length > 0) {
    const { uri } = await openDatabase({ io, talk, layout, port: undefined, signal });
    return { uris: urisOf(uri), description, ...elsewhere };
  }
  // An `up` that begins meanwhile would take this mongod for one that was left behind.
  const lock = await takeLock(layout.lockFile, options.stopped ? "restore" : "backup");
  if ("holder" in lock) throw atWork(lock.holder);
  try {
    if (!options.stopped) await refuseHalfRestored(layout);
    await endStrayMongod(layout, talk);
    const database = await openDatabase({ io, talk, layout, port: state.mongod?.port, signal });
    const close = async () => {
      await database.mongod?.running.stop();
      await lock.release();
    };
    const marks = {
      restoring: (folder: string) => markRestoring(layout, folder),
      restored: () => markRestored(layout),
    };
    return { uris: urisOf(database.uri), description, ...marks, close };
  } catch (error) {
    await lock.release();
    signal.throwIfAborted();
    throw error;
  }
}

const urisOf = (uri: (database: string) => string): DatabaseUris => ({
  userdb: uri("userdb"),
  productdb: uri("productdb"),
  orderdb: uri("orderdb"),
});
