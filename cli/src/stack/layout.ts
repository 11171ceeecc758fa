import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError, usageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { shellWord } from "../output/text.ts";
import { canStartPrograms } from "../runtime.ts";
import { unpackServices } from "./shipped.ts";

export const serviceNames = ["user", "product", "order"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The service that a word on a command line names, such as `order` or `order-service`. @throws {CliError} USAGE */
export function serviceNamed(word: string): ServiceName {
  const found = serviceNames.find((name) => name === word.replace(/-service$/, ""));
  if (found === undefined) throw usageError(`There is no service "${word}"; choose from ${serviceNames.join(", ")}.`);
  return found;
}

/** The service of a full name such as `order-service`; undefined for any other name. */
export function serviceCalled(fullName: string): ServiceName | undefined {
  return serviceNames.find((name) => `${name}-service` === fullName);
}

/** Name of the data directory in a checkout. */
export const DATA_DIR_NAME = ".product-order";

/** The option that names another one: its flags and what it means. */
export const dataDirOption = [
  "--data-dir <path>",
  `where the stack keeps its data (default: ${DATA_DIR_NAME} in the checkout)`,
] as const;

/** The folder of the checkout that this CLI runs from: two levels above `cli/src`. */
export const checkout = resolve(import.meta.dirname, "../../..");

/** Where a stack keeps everything; all of it is for its owner alone. */
export interface StackLayout {
  readonly dataDir: string;
  /** Whether it is the one that is used without --data-dir. */
  readonly isDefault: boolean;
  /** What a command that is suggested must end with to mean this directory; empty for the default one. */
  readonly option: string;
  readonly stateFile: string;
  readonly secretsFile: string;
  readonly lockFile: string;
  /** There while the databases hold a part of a backup. */
  readonly restoreFile: string;
  readonly mongodDir: string;
  readonly mailDir: string;
  readonly logDir: string;
  /** Log of a service, of `mongod` or of the `supervisor`. */
  logFile(name: ServiceName | "mongod" | "supervisor"): string;
}

/** --data-dir, else ORDERSCTL_DATA_DIR, else `.product-order` in the checkout. */
export function stackLayout(io: Io, dataDirOption: string | undefined): StackLayout {
  const given = dataDirOption ?? (io.env["ORDERSCTL_DATA_DIR"] || undefined);
  const standard = join(isCheckout() ? checkout : io.cwd, DATA_DIR_NAME);
  const dataDir = given === undefined ? standard : resolve(io.cwd, given);
  const mongodDir = join(dataDir, "mongodb");
  const logDir = join(dataDir, "logs");
  return {
    dataDir,
    isDefault: dataDir === standard,
    option: dataDir === standard ? "" : ` --data-dir ${shellWord(dataDir)}`,
    stateFile: join(dataDir, "state.json"),
    secretsFile: join(dataDir, "secrets.json"),
    lockFile: join(dataDir, "supervisor.lock"),
    restoreFile: join(dataDir, "restore.json"),
    mongodDir,
    mailDir: join(dataDir, "mail"),
    logDir,
    logFile: (name) => (name === "mongod" ? join(mongodDir, "mongod.log") : join(logDir, `${name}.log`)),
  };
}

/**
 * The program of a service: its source in a checkout, or the bundle that a shipped ordersctl carries.
 * @throws {CliError} where there is neither
 */
export function serviceEntry(name: ServiceName, env: Io["env"]): string {
  const path = join(checkout, "packages", `${name}-service`, "src", "main.ts");
  if (existsSync(path) && canStartPrograms) return path;
  const folder = canStartPrograms ? unpackServices(env) : undefined;
  if (folder !== undefined) return join(folder, `${name}-service`, "main.js");
  throw new CliError("Starting the services needs Bun and a checkout of the repository.", {
    tries: ["npx -y bun@1.4.5 run up   (in the checkout)", "the ordersctl program, which includes the services"],
  });
}

const isCheckout = (): boolean => existsSync(join(checkout, "packages", "user-service", "src", "main.ts"));
