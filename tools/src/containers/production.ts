import { expect } from "./checks.ts";
import { type Cluster, type LoadReport, NAMESPACE } from "./cluster.ts";

const databases = ["mongodb-user", "mongodb-product", "mongodb-order"] as const;
const MEMBERS = 3;
/** The three members of a database go one after the other, each when the one before it is ready: about 50 s each. */
const EVICTION_TRIES_MAX = 50;
const EVICTION_PAUSE_MS = 3000;

/** One machine is less than what production asks for: its databases ask for less, and no more pods come than the least. */
const SMALLER = [
  {
    target: { kind: "StatefulSet" },
    patch: JSON.stringify({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "each" },
      spec: { template: { spec: { containers: [{ name: "mongodb", resources: { requests: { cpu: "50m" } } }] } } },
    }),
  },
  {
    target: { kind: "HorizontalPodAutoscaler" },
    patch: JSON.stringify([{ op: "replace", path: "/spec/maxReplicas", value: 2 }]),
  },
];

/** Puts the production overlay into the place of the one that runs. */
export async function bringUpProduction(cluster: Cluster): Promise<string> {
  await cluster.empty();
  await cluster.admitNamespaces();
  await cluster.apply("production", SMALLER);
  await cluster.ready();
  const members = await Promise.all(databases.map((name) => replicasOf(cluster, `statefulset/${name}`)));
  expect(
    members.every((count) => count === MEMBERS),
    `members: ${members.join(", ")}`,
  );
  return `${members.length} databases of ${MEMBERS} members`;
}

/** Kills the primary of the order database and of the product database, one after the other, under load. */
export async function killPrimaries(cluster: Cluster): Promise<LoadReport> {
  await cluster.startLoad("kill-primaries", 60);
  for (const database of ["mongodb-order", "mongodb-product"]) {
    await Bun.sleep(3000);
    const primary = await primaryOf(cluster, database);
    await cluster.system("delete", "pod", "--grace-period=0", "--force", primary);
    await Bun.sleep(20_000);
    const next = await primaryOf(cluster, database);
    expect(next !== primary, `${primary} was killed and is still the primary`);
  }
  const report = await cluster.loadReport("kill-primaries");
  await cluster.ready();
  return report;
}

/** Evicts every pod, as the upgrade of a cluster does node by node: as fast as the disruption budgets let it, under load. */
export async function evictAll(cluster: Cluster): Promise<LoadReport> {
  await cluster.startLoad("evict-all", 180);
  const pods = (await cluster.system("get", "pods", "-o", "name")).split("\n").map((name) => name.replace("pod/", ""));
  await Promise.all(pods.map((pod) => evict(cluster, pod)));
  const report = await cluster.loadReport("evict-all");
  await cluster.ready();
  return report;
}

/** @throws when its disruption budget refuses it for too long */
async function evict(cluster: Cluster, name: string): Promise<void> {
  const metadata = { name, namespace: NAMESPACE };
  const eviction = JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata });
  const words = ["create", "--raw", `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`, "-f", "-"];
  for (let tries = 1; ; tries++) {
    try {
      await cluster.kubectl(words, eviction);
      return;
    } catch (error) {
      if (tries === EVICTION_TRIES_MAX || !String(error).includes("disruption budget")) throw error;
      await Bun.sleep(EVICTION_PAUSE_MS);
    }
  }
}

async function replicasOf(cluster: Cluster, name: string): Promise<number> {
  return Number(await cluster.system("get", name, "-o", "jsonpath={.status.readyReplicas}"));
}

/** The member whose mongod was the last to say that it became primary. */
async function primaryOf(cluster: Cluster, database: string): Promise<string> {
  const pods = Array.from({ length: MEMBERS }, (_, member) => `${database}-${member}`);
  const since = await Promise.all(
    pods.map(async (pod) => {
      const lines = (await cluster.system("logs", pod, "-c", "mongodb")).split("\n");
      const last = lines.findLast((line) => line.includes("Transition to primary complete"));
      return { pod, at: /"\$date":"([^"]+)"/.exec(last ?? "")?.[1] ?? "" };
    }),
  );
  const [latest] = since.toSorted((a, b) => (a.at < b.at ? 1 : -1));
  if (latest === undefined || latest.at === "") throw new Error(`${database} has had no primary`);
  return latest.pod;
}
