/**
 * The system in containers, for real: builds the images, starts the compose file, places orders, kills services and
 * databases in the middle of them, and looks for anything lost. `bun run verify` runs it as its step `containers`.
 */
import { join, resolve } from "node:path";
import { commandOptions } from "@pos/command-options";
import { Checks, eventually, expect, takeAwayOnSignal } from "./checks.ts";
import { crash, provideEngine } from "./engine.ts";
import { checkImages, imageOf } from "./images.ts";
import { shell } from "./shell.ts";
import { ComposeStack } from "./stack.ts";
import { Workload } from "./workload.ts";

const HEALTHY_WITHIN_S = 30;
/** A bound for slow machines: ten times what it should take. */
const HEALTHY_LIMIT_S = 10 * HEALTHY_WITHIN_S;
const IDLE_MEMORY_MAX_MIB = 96;
const LOADED_MEMORY_MAX_MIB = 200;
const MANY_REQUESTS = 100_000;
const WORKERS = 8;

const USAGE = `Usage: bun tools/src/containers/compose.ts [--no-build] [--full]
Runs the compose stack in real containers and kills parts of it under load.

  --no-build   take the images as they are
  --full       also count memory after ${MANY_REQUESTS} requests`;

const options = commandOptions(USAGE, {
  "no-build": { type: "boolean", default: false },
  full: { type: "boolean", default: false },
});
const root = resolve(import.meta.dir, "../../..");
const checks = new Checks();
const provided = await provideEngine(root);
if (provided.engine === undefined) {
  console.log(`skipped: ${provided.reason}`);
} else {
  const stack = await ComposeStack.prepare(provided.engine, root);
  takeAwayOnSignal(() => stack.remove());
  try {
    await run(stack);
  } finally {
    await checks.check("the stack can be taken away", () => stack.remove());
  }
}
console.log(checks.total);
process.exitCode = checks.failed > 0 ? 1 : 0;

async function run(stack: ComposeStack): Promise<void> {
  const { engine } = stack;
  const build = options["no-build"] ? ["--no-build"] : [];
  const up = () => stack.compose("up", ...build).then(() => undefined);
  const started = await checks.check(`${engine}: images built, stack up`, up);
  if (!started) return await printLogs(stack);
  await checkImages(engine, checks);
  await checks.check("an idle service is small", () => checkMemory(stack, IDLE_MEMORY_MAX_MIB));
  await checks.check("a first order through ordersctl", () => firstOrder(stack));

  const load = await Workload.prepare(stack.urls, await stack.administrator());
  load.start(WORKERS);
  for (const victim of ["order-service", "mongodb-order", "product-service", "mongodb-product", "user-service"]) {
    await checks.check(`${victim} is killed under load and comes back`, () => killAndRecover(stack, load, victim));
  }
  await checks.check("after the kills nothing is lost, duplicated or oversold", async () => {
    await load.stop();
    await load.settle(60_000);
    return `${await load.verify()}, ${load.failedRequests} requests without a verdict on the way`;
  });
  if (options.full) {
    await checks.check(`services stay small after ${MANY_REQUESTS} requests each`, async () => {
      const rate = await load.read(MANY_REQUESTS);
      return `${await checkMemory(stack, LOADED_MEMORY_MAX_MIB)}, ${rate}`;
    });
  }
  await checks.check("a second up changes nothing", () => upAgain(stack));
  await checks.check("an up after an image was built anew takes it", () => upWithNewImage(stack));
  await checks.check("down and up keep the data", async () => {
    await stack.compose("down");
    const startedAt = performance.now();
    await stack.compose("up", "--no-build");
    const seconds = (performance.now() - startedAt) / 1000;
    expect(seconds < HEALTHY_LIMIT_S, `healthy after ${seconds.toFixed(1)} s`);
    await load.verify();
    return `healthy after ${seconds.toFixed(1)} s, wanted under ${HEALTHY_WITHIN_S}`;
  });
  await checks.check("a backup is restored, and the audit finds nothing", () => backupAndRestore(stack));
  if (checks.failed > 0) await printLogs(stack);
}

async function backupAndRestore(stack: ComposeStack): Promise<void> {
  const folder = join(stack.folder, "backup");
  await stack.ordersctl(["backup", folder, "--env-file", stack.envFile]);
  for (const service of ["order-service", "product-service", "user-service"])
    await shell([stack.engine, "stop", await stack.container(service)]);
  // product-service is taken for alive until its last sign of life is 5 s old.
  await eventually(20_000, () =>
    stack.ordersctl(["restore", folder, "--env-file", stack.envFile, "--replace", "--yes"]),
  );
  await stack.compose("up", "--no-build");
  const { email, password } = await stack.administrator();
  await stack.ordersctl(["login", "--email", email, "--password-stdin"], password);
  await stack.ordersctl(["audit"]);
}

async function firstOrder(stack: ComposeStack): Promise<string> {
  const { email, password } = await stack.administrator();
  await stack.ordersctl(["login", "--email", email, "--password-stdin"], password);
  const keyboard = ["--name", "Keyboard", "--price", "49.90", "--stock", "5"];
  await stack.ordersctl(["products", "create", ...keyboard]);
  const answer = await stack.ordersctl(["orders", "place", "--item", "Keyboard=2", "-o", "json"]);
  const order = JSON.parse(answer) as { status?: unknown; totalAmount?: unknown };
  expect(order.status === "pending" && order.totalAmount === 99.8, `placed ${answer}`);
  return "2 × 49.90 = 99.80";
}

async function killAndRecover(stack: ComposeStack, load: Workload, victim: string): Promise<string> {
  const container = await stack.container(victim);
  const before = load.journal.size;
  await crash(stack.engine, container);
  const diedAt = performance.now();
  // The engine's own restart policy brings it back; where it does not, that is a finding.
  await eventually(60_000, async () => {
    const running = await shell([stack.engine, "inspect", "--format", "{{.State.Running}}", container]);
    expect(running === "true", "it was not started again");
  });
  const orders = load.journal.size;
  await eventually(60_000, async () => expect(load.journal.size > orders + WORKERS, "no orders are placed any more"));
  return `orders again after ${((performance.now() - diedAt) / 1000).toFixed(1)} s, ${load.journal.size - before} meanwhile`;
}

async function upAgain(stack: ComposeStack): Promise<void> {
  const ids = async () =>
    Promise.all(
      ["user-service", "product-service", "order-service", "mongodb-order"].map(async (service) =>
        shell([stack.engine, "inspect", "--format", "{{.Id}} {{.State.Pid}}", await stack.container(service)]),
      ),
    );
  const before = await ids();
  await stack.compose("up", "--no-build");
  expect((await ids()).join() === before.join(), "containers were made or started again");
}

/** As after an upgrade: the next version's image has the name of the one before. */
async function upWithNewImage(stack: ComposeStack): Promise<void> {
  const { engine } = stack;
  const image = imageOf("user-service");
  const idOf = (what: string, field: string) => shell([engine, "inspect", "--format", `{{.${field}}}`, what]);
  const before = await idOf(image, "Id");
  try {
    await shell([engine, "build", "--tag", image, "-"], { input: `FROM ${image}\nLABEL made=anew\n` });
    await stack.compose("up", "--no-build");
    expect((await idOf(await stack.container("user-service"), "Image")) !== before, "the container is the one before");
  } finally {
    await shell([engine, "tag", before, image]);
    await stack.compose("up", "--no-build");
  }
}

async function checkMemory(stack: ComposeStack, maxMib: number): Promise<string> {
  const services = ["user-service", "product-service", "order-service"];
  const sizes = await Promise.all(
    services.map(async (service) => {
      const pid = await shell([stack.engine, "inspect", "--format", "{{.State.Pid}}", await stack.container(service)]);
      const status = await Bun.file(`/proc/${pid}/status`).text();
      return { service, mib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024 };
    }),
  );
  const text = sizes.map(({ service, mib }) => `${service} ${mib.toFixed(0)} MiB`).join(", ");
  expect(
    sizes.every(({ mib }) => mib > 0 && mib < maxMib),
    text,
  );
  return text;
}

async function printLogs(stack: ComposeStack): Promise<void> {
  for (const service of ["mongodb-order-init", "mongodb-order", "user-service", "product-service", "order-service"]) {
    const logs = await stack.container(service).then(
      (container) => shell([stack.engine, "logs", "--tail", "15", container]),
      (error: unknown) => String(error),
    );
    console.log(`--- ${service}\n${logs.slice(-3000)}`);
  }
}
