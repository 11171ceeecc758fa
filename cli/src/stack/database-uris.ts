import { join } from "node:path";
import { CliError } from "../errors.ts";
import { readJsonObject, textField } from "../files.ts";
import type { Io } from "../io.ts";
import type { ServiceName, StackLayout } from "./layout.ts";
import { uriOfDatabase } from "./service-environment.ts";
import { isAlive } from "../process-ref.ts";
import { readState } from "./state.ts";

/**
 * Connection strings of the three databases: USER_MONGO_URI, PRODUCT_MONGO_URI and ORDER_MONGO_URI, else MONGO_URI with
 * a database each, else the mongod that `up` runs.
 * @throws {CliError} when there is none, or one of a service names no database
 */
export async function databaseUris(layout: StackLayout, io: Io): Promise<Readonly<Record<ServiceName, string>>> {
  const shared = io.env["MONGO_URI"] || (await ownUri(layout));
  const uriOf = (name: ServiceName): string => {
    const own = givenUri(`${name.toUpperCase()}_MONGO_URI`, io.env);
    if (own !== undefined) return own;
    if (shared !== undefined) return uriOfDatabase(shared, `${name}db`);
    throw new CliError("There is no database: no MongoDB of a stack runs here, and no MONGO_URI is set.", {
      exit: "UNREACHABLE",
      tries: [`ordersctl up${layout.option}`, "MONGO_URI=mongodb://… ordersctl …"],
    });
  };
  return { user: uriOf("user"), product: uriOf("product"), order: uriOf("order") };
}

/**
 * The connection string of one service's database; undefined when the variable is not set.
 * @throws {CliError} when it names no database: the driver would take "test", and so for the two other services
 */
export function givenUri(variable: string, env: Io["env"]): string | undefined {
  const uri = env[variable] || undefined;
  if (uri === undefined || /^[^/]+\/\/[^/]+\/[^?]/.test(uri)) return uri;
  throw new CliError(`${variable} must name a database after its hosts.`, { exit: "USAGE" });
}

/** The connection string of the mongod that `up` keeps in the data directory, without a database. */
export async function uriOfOwnMongod(layout: StackLayout, port: number): Promise<string> {
  const credentials = await readJsonObject(join(layout.mongodDir, "credentials.json"));
  const [user, password] = [textField(credentials, "username"), textField(credentials, "password")];
  const login =
    user === undefined || password === undefined ? "" : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  return `mongodb://${login}127.0.0.1:${port}/?directConnection=true${login === "" ? "" : "&authSource=admin"}`;
}

async function ownUri(layout: StackLayout): Promise<string | undefined> {
  const mongod = (await readState(layout))?.mongod;
  return mongod !== undefined && isAlive(mongod.process) ? await uriOfOwnMongod(layout, mongod.port) : undefined;
}
