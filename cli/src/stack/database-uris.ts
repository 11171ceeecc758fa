import { environment } from "@pos/user-service/config";
import { join } from "node:path";
import { CliError, messageOf } from "../errors.ts";
import { readJsonObject, textField } from "../files.ts";
import type { Io } from "../io.ts";
import { serviceNames, type ServiceName, type StackLayout } from "./layout.ts";
import { uriOfDatabase } from "./service-environment.ts";
import { isAlive } from "../process-ref.ts";
import type { Tools } from "../tools.ts";
import { readState, type StackState } from "./state.ts";

type Uri = (database: string) => string;

/**
 * Connection strings of the three databases: USER_MONGO_URI, PRODUCT_MONGO_URI and ORDER_MONGO_URI, else the mongod that
 * `up` runs, else MONGO_URI with a database each.
 * @throws {CliError} when there is none, or one of a service names no database
 */
export async function databaseUris(
  layout: StackLayout,
  tools: Pick<Tools, "io" | "talk">,
): Promise<Readonly<Record<ServiceName, string>>> {
  const { env } = tools.io;
  const given = serviceNames.map((name) => givenUri(`${name.toUpperCase()}_MONGO_URI`, env));
  const shared = given.includes(undefined)
    ? ((await runningMongod(await readState(layout), layout, tools)) ?? sharedUri(env))
    : undefined;
  const [user, product, order] = serviceNames.map((name, at) => given[at] ?? shared?.(`${name}db`));
  if (user !== undefined && product !== undefined && order !== undefined) return { user, product, order };
  throw new CliError("There is no database: no stack's MongoDB is running here, and MONGO_URI is not set.", {
    exit: "UNREACHABLE",
    tries: [`ordersctl up${layout.option}`, "MONGO_URI=mongodb://… ordersctl …"],
  });
}

function sharedUri({ MONGO_URI: uri }: Io["env"]): Uri | undefined {
  return uri ? (database) => uriOfDatabase(uri, database) : undefined;
}

/**
 * The databases of the mongod that a stack runs; undefined when it runs none. The data of the stack is there, whatever
 * MONGO_URI names now: that variable is for `up`.
 * @throws {CliError} when the credentials that open it are missing
 */
export async function runningMongod(
  state: StackState | undefined,
  layout: StackLayout,
  { io, talk }: Pick<Tools, "io" | "talk">,
): Promise<Uri | undefined> {
  const mongod = state?.mongod;
  if (mongod === undefined || !isAlive(mongod.process)) return undefined;
  if (io.env["MONGO_URI"]) talk.warn(`MONGO_URI is ignored: the stack in ${layout.dataDir} runs its own MongoDB.`);
  const path = join(layout.mongodDir, "credentials.json");
  const credentials = await readJsonObject(path);
  const login = ["username", "password"].map((name) => {
    const text = textField(credentials, name);
    if (text === undefined) throw new CliError(`${path} holds no ${name}: it is needed to open the stack's MongoDB.`);
    return encodeURIComponent(text);
  });
  const uri = `mongodb://${login.join(":")}@127.0.0.1:${mongod.port}/?replicaSet=rs0&authSource=admin`;
  return (database) => uriOfDatabase(uri, database);
}

/**
 * The connection string of one service's database; undefined when the variable is not set.
 * @throws {CliError} when no service would start with it, as when it names no database
 */
export function givenUri(variable: string, env: Io["env"]): string | undefined {
  const uri = env[variable] || undefined;
  try {
    return uri && environment.mongoUri.parse(uri, "development");
  } catch (error) {
    throw new CliError(`${variable} ${messageOf(error)}.`, { exit: "USAGE", cause: error });
  }
}
