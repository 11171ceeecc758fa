import { join } from "node:path";
import { findMongod } from "@pos/local-mongodb/find";
import { startMongod } from "@pos/local-mongodb/run";
import { temporaryDirectory } from "@pos/local-mongodb/temporary-directory";
import { buildStacks } from "./build.ts";
import { RunningStack } from "./running-stack.ts";
import { ours, type Role } from "./stacks.ts";

/** This product alone on a mongod of its own, to be measured by itself. */
export interface MeasuredStack {
  /** One or several sets of the three services over the same databases. */
  readonly replicas: readonly [RunningStack, ...RunningStack[]];
  readonly mongodPid: number;
  /** Starts one more set, over databases of its own on the same mongod. */
  startBeside(): Promise<RunningStack>;
  /** Connection string of the database of a service. */
  mongoUri(service: Role): string;
  /** Where requests and logs are written. */
  readonly folder: string;
}

/** Starts it, does the work, and ends everything that was started. */
export async function withMeasuredStack<Value>(
  replicas: number,
  work: (stack: MeasuredStack) => Promise<Value>,
): Promise<Value> {
  const description = ours();
  await buildStacks([description]);
  const found = await findMongod({ env: process.env, log: () => {} });
  const folder = await temporaryDirectory("pos-bench-");
  const mongod = await startMongod({ binary: found.path, dataDir: join(folder, "mongod") });
  const mongoUri = (database: string) => `${mongod.uri(database)}&w=majority&journal=true`;
  const make = (name: string) => new RunningStack({ ...description, name }, { logFolder: folder, mongoUri });
  const stacks: [RunningStack, ...RunningStack[]] = [make(description.name)];
  while (stacks.length < replicas) stacks.push(make(description.name));
  const beside: RunningStack[] = [];
  try {
    for (const stack of stacks) await stack.start();
    return await work({
      replicas: stacks,
      mongodPid: mongod.pid,
      async startBeside() {
        const stack = make(`${description.name}-beside`);
        beside.push(stack);
        await stack.start();
        return stack;
      },
      mongoUri: (service) => mongoUri(`${description.name}_${service}`),
      folder,
    });
  } finally {
    await Promise.all([...stacks, ...beside].map((stack) => stack.stop()));
    await mongod.stop();
  }
}
