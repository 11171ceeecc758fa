/**
 * The development overlay on a real Kubernetes: orders under load, pods and a database killed, a rollout without a
 * failed request, volumes that keep their data, what the network policies forbid, and the production overlay with its
 * primaries killed and each of its pods evicted.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { commandOptions } from "@pos/command-options";
import { Checks, expect, takeAwayOnSignal } from "./checks.ts";
import { Cluster, type LoadReport } from "./cluster.ts";
import { probePolicies } from "./policies.ts";
import { provideEngine } from "./engine.ts";
import { validateLive } from "./live-manifests.ts";
import { bringUpProduction, evictAll, killPrimaries } from "./production.ts";
import { shell } from "./shell.ts";

const USAGE = `Usage: bun run test:k8s [--no-build]
Runs the system on a Kubernetes of this machine, which it starts and takes away again: some twenty minutes.

  --no-build   take the images as they are`;

const options = commandOptions(USAGE, { "no-build": { type: "boolean", default: false } });
const root = resolve(import.meta.dir, "../../..");
const prepare = resolve(root, "../shared/kubernetes/prepare");
const checks = new Checks();
const missing = missingHere();
if (missing === undefined) await onCluster();
else console.log(`skipped: ${missing}`);
console.log(checks.total);
process.exitCode = checks.failed > 0 ? 1 : 0;

function missingHere(): string | undefined {
  if (!existsSync(prepare)) return `there is no ${prepare}, which starts a cluster`;
  if (process.getuid?.() !== 0) return "a cluster needs root";
  return Bun.which("kubectl") === null ? "kubectl is missing" : undefined;
}

async function onCluster(): Promise<void> {
  await provideEngine(root);
  const cluster = await Cluster.start(prepare, root);
  takeAwayOnSignal(() => cluster.stop());
  try {
    await checks.check("images built and loaded", async () => {
      if (!options["no-build"]) await shell([process.execPath, "cli/src/main.ts", "compose", "build"], { cwd: root });
      await cluster.loadImages();
    });
    const isUp = await checks.check("the development overlay comes up", () => bringUp(cluster));
    if (isUp) await scenario(cluster);
    else console.log(await cluster.system("get", "pods,events").catch(String));
  } finally {
    await checks.check("everything is taken away", () => cluster.stop());
  }
}

async function bringUp(cluster: Cluster): Promise<void> {
  await cluster.admitNamespaces();
  await cluster.apply("development");
  await cluster.ready();
}

async function scenario(cluster: Cluster): Promise<void> {
  await checks.check("validate --live finds the manifests as they run", () => validateLive(cluster));
  await checks.check("production passes the API server", async () => {
    const rendered = await cluster.kubectl(["kustomize", resolve(root, "k8s/overlays/production")]);
    const answer = await cluster.kubectl(["apply", "--dry-run=server", "-f", "-"], rendered);
    return `${answer.split("\n").length} objects`;
  });
  await checks.check("rolling two replicas of order-service under load fails no request", async () => {
    await cluster.system("scale", "deployment/order-service", "--replicas=2");
    await cluster.ready();
    const report = await underLoad(cluster, "roll-order", 25, async () => {
      await cluster.system("rollout", "restart", "deployment/order-service");
      await cluster.system("rollout", "status", "deployment/order-service", "--timeout=120s");
    });
    expect(report.failed === 0, `${report.failed} of ${report.requests} failed: ${report.firstFailures.join("; ")}`);
    return exact(report);
  });
  await checks.check("rolling product-service and user-service under load fails no order", async () => {
    const report = await underLoad(cluster, "roll-others", 45, async () => {
      await cluster.system("rollout", "restart", "deployment/product-service", "deployment/user-service");
      for (const name of ["product-service", "user-service"])
        await cluster.system("rollout", "status", `deployment/${name}`, "--timeout=120s");
    });
    expect(report.failed === 0, `${report.failed} of ${report.requests} failed: ${report.firstFailures.join("; ")}`);
    return exact(report);
  });
  await checks.check("killed pods of services lose no order", async () => {
    const kill = ["delete", "pod", "--grace-period=0", "--force", "-l"];
    const report = await underLoad(cluster, "kill-pods", 40, async () => {
      await cluster.system(...kill, "app.kubernetes.io/name=order-service");
      await Bun.sleep(3000);
      await cluster.system(...kill, "app.kubernetes.io/name=product-service");
    });
    await cluster.ready();
    return exact(report);
  });
  await checks.check("killed databases keep every order on their volumes", async () => {
    const report = await underLoad(cluster, "kill-databases", 30, async () => {
      const pods = ["mongodb-order-0", "mongodb-product-0", "mongodb-user-0"];
      await cluster.system("delete", "pod", "--grace-period=0", "--force", ...pods);
    });
    await cluster.ready();
    return exact(report);
  });
  await checks.check("a mongod that ends starts again in its pod, and every order is kept", async () => {
    const pods = ["mongodb-order-0", "mongodb-product-0", "mongodb-user-0"];
    const path = '{.items[*].status.containerStatuses[?(@.name=="mongodb")].restartCount}';
    const restarts = async () =>
      (await cluster.system("get", "pods", ...pods, "-o", `jsonpath=${path}`)).split(" ").map(Number);
    // Not 0: in a pod that took the place of a killed one, mongod may have met its predecessor's lock and gone once.
    const before = await restarts();
    const report = await underLoad(cluster, "end-databases", 30, async () => {
      for (const pod of pods) await cluster.system("exec", pod, "-c", "mongodb", "--", "sh", "-c", "kill 1");
    });
    await cluster.ready();
    const after = await restarts();
    const added = after.map((count, index) => count - (before[index] ?? 0));
    expect(added.join(" ") === "1 1 1", `restarts before: ${before.join(" ")}, after: ${after.join(" ")}`);
    return exact(report);
  });
  await checks.check("network policies: the call graph and nothing else", () => probePolicies(cluster));
  const isUp = await checks.check("the production overlay comes up in its place", () => bringUpProduction(cluster));
  if (isUp) await disruptions(cluster);
  else console.log(await cluster.system("get", "pods,events").catch(String));
}

/** What the production overlay is made for. */
async function disruptions(cluster: Cluster): Promise<void> {
  const paused = ({ longestPauseMs }: LoadReport) => `longest pause ${(longestPauseMs / 1000).toFixed(1)} s`;
  await checks.check("killed primaries of three members lose no order", async () => {
    const report = await killPrimaries(cluster);
    return `${exact(report)}, ${paused(report)}`;
  });
  await checks.check("evicting every pod fails no request", async () => {
    const report = await evictAll(cluster);
    expect(report.failed === 0, `${report.failed} of ${report.requests} failed: ${report.firstFailures.join("; ")}`);
    return `${exact(report)}, ${paused(report)}`;
  });
}

async function underLoad(
  cluster: Cluster,
  name: string,
  seconds: number,
  work: () => Promise<void>,
): Promise<LoadReport> {
  await cluster.startLoad(name, seconds);
  await Bun.sleep(2000);
  await work();
  return await cluster.loadReport(name);
}

/** Nothing lost, duplicated or oversold. */
function exact(report: LoadReport): string {
  const { requests, failed, orders, open, lost, extra, unitsMissing } = report;
  const text = `${requests} requests, ${failed} without a verdict, ${orders} orders, ${open} open, ${lost} lost, ${extra} extra, ${unitsMissing} units missing`;
  expect(orders > 0 && open === 0 && lost === 0 && extra === 0 && unitsMissing === 0, text);
  return text;
}
