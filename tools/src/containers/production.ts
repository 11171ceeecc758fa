import { expect } from "./checks.ts";
import type { Cluster, LoadReport } from "./cluster.ts";

const databases = ["mongodb-user", "mongodb-product", "mongodb-order"] as const;
const MEMBERS = 3;

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
