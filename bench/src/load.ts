import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { BUILD, LOAD_GENERATOR, PEERS } from "./paths.ts";
import { cpuSecondsOf, machineCpuSeconds } from "./process.ts";
import type { RunningStack } from "./running-stack.ts";
import type { PlannedRequest } from "./shop.ts";

/** What the load generator prints. Times in milliseconds. */
interface Generated {
  readonly requests: number;
  readonly seconds: number;
  readonly rps: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly non2xx: number;
  readonly errors: number;
  readonly generatorCpu: number;
}

/** One load, measured. Times in milliseconds. */
export interface Load {
  /** How many were answered. */
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Answers other than 2xx, and requests without an answer. */
  readonly failures: number;
  /** Processor time of the stack's services for a request, in milliseconds. */
  readonly servicesCpuMs: number;
  readonly mongodCpuMs: number;
  /** Cores that each service kept busy. */
  readonly cores: Readonly<Record<string, number>>;
  /** Cores that everything else on the machine kept busy: the noise. */
  readonly foreignCores: number;
}

/** How a load is made. */
export interface LoadPlan {
  readonly connections: number;
  /** 0: as many as possible, each connection sends when it has its answer. Else arrivals at random (Poisson). */
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly requestsPath: string;
}

/** Compiles the load generator. */
export async function buildLoadGenerator(): Promise<void> {
  await mkdir(BUILD, { recursive: true });
  await run(["go", "build", "-trimpath", "-o", LOAD_GENERATOR, "."], join(PEERS, "loadgen"));
}

/** Writes the requests of a load where the generator reads them. */
export async function writeRequests(path: string, requests: readonly PlannedRequest[]): Promise<void> {
  await writeFile(path, requests.map((request) => JSON.stringify(request)).join("\n"));
}

/** Loads one stack and measures what it took. */
export async function load(stack: Pick<RunningStack, "cpuSeconds">, mongodPid: number, plan: LoadPlan): Promise<Load> {
  const before = spent(stack, mongodPid);
  const generated = await generate(plan);
  const after = spent(stack, mongodPid);
  const { seconds, requests } = generated;
  if (requests === 0) throw new Error(`nothing was answered in ${plan.seconds} s: ${generated.errors} requests failed`);
  const services = after.services - before.services;
  const mongod = after.mongod - before.mongod;
  const machine = after.machine - before.machine;
  return {
    requests,
    perSecond: generated.rps,
    p50Ms: generated.p50,
    p95Ms: generated.p95,
    p99Ms: generated.p99,
    failures: generated.non2xx + generated.errors,
    servicesCpuMs: (services * 1000) / requests,
    mongodCpuMs: (mongod * 1000) / requests,
    cores: {
      user: (after.byRole.user - before.byRole.user) / seconds,
      product: (after.byRole.product - before.byRole.product) / seconds,
      order: (after.byRole.order - before.byRole.order) / seconds,
      mongod: mongod / seconds,
    },
    foreignCores: Math.max(0, machine - services - mongod - generated.generatorCpu) / seconds,
  };
}

function spent(stack: Pick<RunningStack, "cpuSeconds">, mongodPid: number) {
  const byRole = stack.cpuSeconds();
  const services = byRole.user + byRole.product + byRole.order;
  return { byRole, services, mongod: cpuSecondsOf(mongodPid), machine: machineCpuSeconds() };
}

async function generate({ requestsPath, connections, seconds, ratePerSecond }: LoadPlan): Promise<Generated> {
  const options = ["-f", requestsPath, "-c", `${connections}`, "-d", `${seconds}s`, "-rate", `${ratePerSecond}`];
  const generator = Bun.spawn([LOAD_GENERATOR, ...options], { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(generator.stdout).text();
  const exitCode = await generator.exited;
  if (exitCode !== 0) throw new Error(`the load generator ended with ${exitCode}`);
  return JSON.parse(text) as Generated;
}
