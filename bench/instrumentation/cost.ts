/**
 * What instrumentation costs on GET /products/:id: `bun bench/instrumentation/cost.ts --loadgen <program>`.
 * Product-services over one mongod, measured in turn, round after round, so that whatever else the machine does meets
 * all of them: without any instrumentation (bare), the same once more (again: how far apart equals are is how far to
 * trust the rest), as it is without a collector (off), and with one (on). Every process differs a little from the next,
 * so all of them are started anew `--processes` times. Prints throughput, each round beside the bare one of the same
 * round, and processor time per request. Wanted: off within 2 % of bare, on within 10 %; where `again` is farther from
 * bare than that, the machine is too busy to tell. A multiple of four processes puts every mode in every place.
 * Options: --processes 4, --rounds 3 (of each process), --seconds 2, --connections 32, --traces-per-second 100.
 */
import { sharedTestMongod } from "@pos/local-mongodb/test-server";
import { MongoClient, ObjectId } from "mongodb";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dir, "../..");
const modes = ["bare", "again", "off", "on"] as const;
type Mode = (typeof modes)[number];
interface Round {
  readonly perSecond: number;
  readonly requests: number;
  readonly cpuSeconds: number;
}
const TICKS_PER_SECOND = 100;
const FIRST_PORT = 47_110;
const productId = "a".repeat(24);

const { values } = parseArgs({
  options: {
    loadgen: { type: "string" },
    processes: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    connections: { type: "string", default: "32" },
    "traces-per-second": { type: "string", default: "100" },
  },
});
const loadgen = values.loadgen ?? fail("say where the load generator is: --loadgen <program>");

const mongod = await sharedTestMongod();
const collector = Bun.spawn([process.execPath, join(import.meta.dir, "sink.ts")], { stdout: "pipe" });
const endpoint = await firstLine(collector.stdout);
const rounds: Record<Mode, Round[]> = { bare: [], again: [], off: [], on: [] };
await putProduct();
try {
  for (let start = 0; start < Number(values.processes); start++) await measureProcesses(start);
  report(rounds);
} finally {
  collector.kill();
}
process.exit(0);

/** Fresh processes of every mode, in another order each time, so that none always follows the same neighbour. */
async function measureProcesses(start: number): Promise<void> {
  const order = modes.map((_mode, index) => modes[(index + start) % modes.length] ?? "bare");
  const services: { mode: Mode; service: Awaited<ReturnType<typeof startService>> }[] = [];
  try {
    for (const [index, mode] of order.entries())
      services.push({ mode, service: await startService(mode, FIRST_PORT + index) });
    for (const { service } of services) await measure(service, 2);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const { mode, service } of services) rounds[mode].push(await measure(service, Number(values.seconds)));
    }
  } finally {
    for (const { service } of services) {
      service.process.kill();
      await service.process.exited;
    }
  }
}

async function startService(mode: Mode, port: number) {
  const preload = ["--preload", join(import.meta.dir, "bare.ts")];
  const service = Bun.spawn([process.execPath, ...preload, join(root, "packages/product-service/src/main.ts")], {
    env: {
      PATH: process.env["PATH"],
      MONGO_URI: mongod.uri("cost"),
      PORT: String(port),
      HOST: "127.0.0.1",
      JWKS_URL: "http://127.0.0.1:1/keys",
      NODE_ENV: "production",
      TRACES_PER_SECOND: values["traces-per-second"],
      ...(mode === "on" || mode === "off" ? { INSTRUMENTED: "yes" } : {}),
      ...(mode === "on" ? { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } : {}),
    },
    stdout: "ignore",
    stderr: "inherit",
  });
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok === true) return { process: service, port };
    await Bun.sleep(50);
  }
  service.kill("SIGKILL");
  return fail(`the ${mode} service at port ${port} does not answer`);
}

async function measure(
  { process: service, port }: { process: Bun.Subprocess; port: number },
  seconds: number,
): Promise<Round> {
  const requests = join(tmpdir(), `instrumentation-${port}.jsonl`);
  await Bun.write(
    requests,
    JSON.stringify({ url: `http://127.0.0.1:${port}/products/${productId}`, method: "GET", headers: {}, body: "" }),
  );
  const before = cpuSeconds(service.pid);
  const out = await Bun.$`${loadgen} -f ${requests} -d ${seconds}s -c ${values.connections}`.json();
  await Bun.file(requests).delete();
  const { requests: count, errors } = readLoad(out);
  if (errors > 0) fail(`${errors} of ${count} requests failed`);
  return { perSecond: count / seconds, requests: count, cpuSeconds: cpuSeconds(service.pid) - before };
}

function report(rounds: Record<Mode, Round[]>): void {
  for (const mode of modes) {
    const slower = rounds[mode].map(({ perSecond }, index) => perSecond / (rounds.bare[index]?.perSecond ?? 1) - 1);
    const dearer = cpuOf(rounds[mode]) / cpuOf(rounds.bare) - 1;
    const perSecond = median(rounds[mode].map((round) => round.perSecond)).toFixed(0);
    const half = `${percent(quantile(slower, 0.25))} to ${percent(quantile(slower, 0.75))}`;
    console.log(
      `${mode.padEnd(5)} ${perSecond.padStart(6)} requests/s (${percent(median(slower))}, half of the rounds ${half})` +
        `  ${cpuOf(rounds[mode]).toFixed(1).padStart(6)} µs of processor each (${percent(dearer)})`,
    );
  }
}

/** Of all rounds together: single ones are short beside the clock's ticks. */
function cpuOf(rounds: readonly Round[]): number {
  return (sum(rounds.map(({ cpuSeconds: own }) => own)) / sum(rounds.map(({ requests }) => requests))) * 1e6;
}

/** User and system time of a process so far (proc(5), fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function readLoad(out: unknown): { requests: number; errors: number } {
  const { requests, errors, non2xx } = out as { requests: number; errors: number; non2xx: number };
  return { requests, errors: errors + non2xx };
}

async function putProduct(): Promise<void> {
  const client = await MongoClient.connect(mongod.uri("cost"));
  const now = new Date();
  await client
    .db()
    .collection("products")
    .insertOne({
      _id: new ObjectId(productId),
      name: "Thing",
      description: "A thing of some use",
      price: 1.5,
      stock: 1000,
      received: 1000,
      openUnits: 0,
      version: 1,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    });
  await client.close();
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const { value } = await stream.getReader().read();
  return new TextDecoder().decode(value).trim();
}

function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

function quantile(numbers: readonly number[], share: number): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function percent(share: number): string {
  return `${share >= 0 ? "+" : ""}${(share * 100).toFixed(1)} %`;
}

/** Thrown, so that what was started is ended on the way out. */
function fail(message: string): never {
  throw new Error(message);
}
