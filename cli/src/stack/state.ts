import { isObject, readJsonObject, writePrivateJson } from "../files.ts";
import type { StackLayout } from "./layout.ts";
import { serviceNames, type ServiceName } from "./layout.ts";
import type { Part } from "./source-code.ts";
import { isAlive, type ProcessRef } from "../process-ref.ts";

/** One process of the stack as the supervisor last saw it. */
export interface UnitState {
  readonly process?: ProcessRef;
  readonly port: number;
  /** How often it was started again. */
  readonly restarts: number;
  readonly startedAtMs: number;
  /** How it last ended, in words. */
  readonly lastEnd?: string;
}

/** What the supervisor tells the other commands, by a file. */
export interface StackState {
  readonly phase: "starting" | "ready" | "stopping" | "stopped" | "failed";
  readonly supervisor?: ProcessRef;
  /** Where the MongoDB came from, in words and without its password. */
  readonly database: string;
  readonly adminEmail: string;
  readonly profile: string;
  /** See `sourceCodes`: the code that each part was started with; absent before the services were started. */
  readonly codes?: Partial<Readonly<Record<Part, string>>>;
  /** Whether `up` could sign the administrator in; absent while it starts. */
  readonly isSignedIn?: boolean;
  /** Absent with a MONGO_URI of the user's own. */
  readonly mongod?: UnitState;
  readonly services: Readonly<Record<ServiceName, UnitState>>;
}

/** The last state; undefined when the stack never ran, or when the file is not one that a supervisor wrote. */
export async function readState(layout: StackLayout): Promise<StackState | undefined> {
  const value = await readJsonObject(layout.stateFile);
  const services = value?.["services"];
  if (value === undefined || !isObject(services)) return undefined;
  if (!serviceNames.every((name) => isUnit(services[name]))) return undefined;
  if (value["mongod"] !== undefined && !isUnit(value["mongod"])) return undefined;
  return value as unknown as StackState;
}

const isUnit = (value: unknown): boolean =>
  isObject(value) &&
  typeof value["port"] === "number" &&
  (value["process"] === undefined || isObject(value["process"]));

export const writeState = (layout: StackLayout, state: StackState): Promise<void> =>
  writePrivateJson(layout.stateFile, state);

/** The units in the order in which they are to be stopped. */
export const stopOrder: readonly string[] = ["order-service", "product-service", "user-service", "mongod"];

/** Every process of a state that still runs, in the order in which they are to be stopped. */
export const livingProcesses = (state: StackState): readonly { name: string; process: ProcessRef }[] =>
  unitsOf(state).flatMap(({ name, unit: { process } }) => (isAlive(process) ? [{ name, process }] : []));

/** Every unit of a state that does not run. */
export const endedUnits = (state: StackState): readonly { name: string; lastEnd: string | undefined }[] =>
  unitsOf(state).flatMap(({ name, unit }) => (isAlive(unit.process) ? [] : [{ name, lastEnd: unit.lastEnd }]));

function unitsOf({ services, mongod }: StackState): readonly { name: string; unit: UnitState }[] {
  const units = serviceNames.map((name) => ({ name: `${name}-service`, unit: services[name] }));
  if (mongod !== undefined) units.push({ name: "mongod", unit: mongod });
  return units.sort((a, b) => stopOrder.indexOf(a.name) - stopOrder.indexOf(b.name));
}

/** Addresses of the three services. */
export const urlsOf = (ports: Readonly<Record<ServiceName, number>>): Record<ServiceName, string> => ({
  user: `http://127.0.0.1:${ports.user}`,
  product: `http://127.0.0.1:${ports.product}`,
  order: `http://127.0.0.1:${ports.order}`,
});

/** Ports of the three services in a state. */
export const portsOf = (state: StackState): Record<ServiceName, number> => {
  const [user, product, order] = serviceNames.map((name) => state.services[name].port);
  return { user: user ?? 0, product: product ?? 0, order: order ?? 0 };
};
