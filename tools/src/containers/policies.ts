import { eventually, expect } from "./checks.ts";
import { ADMITTED, type Cluster, MONITORING, NAMESPACE } from "./cluster.ts";

interface Probe {
  /** A deployment of the system, or a pod of the namespace that is let in. */
  readonly from: string;
  /** A Service and its port; a port of the measurements is one of a pod, for no Service leads to it. */
  readonly to: string;
  readonly allowed: boolean;
}

const METRICS_PORT = 9464;
/** Namespaces from which a pod of its own tries. */
const OUTSIDE = [ADMITTED, MONITORING, "default"];

const probes: readonly Probe[] = [
  { from: "order-service", to: "user-service:3001", allowed: true },
  { from: "order-service", to: "product-service:3002", allowed: true },
  { from: "order-service", to: "mongodb-order:27017", allowed: true },
  { from: "order-service", to: "mongodb-user:27017", allowed: false },
  { from: "order-service", to: "mongodb-product:27017", allowed: false },
  { from: "product-service", to: "user-service:3001", allowed: true },
  { from: "product-service", to: "order-service:3003", allowed: false },
  { from: "product-service", to: "mongodb-order:27017", allowed: false },
  { from: "user-service", to: "product-service:3002", allowed: false },
  { from: "user-service", to: "order-service:3003", allowed: false },
  { from: "user-service", to: "mongodb-user:27017", allowed: true },
  { from: "user-service", to: "172.31.255.1:22", allowed: false },
  { from: ADMITTED, to: "order-service:3003", allowed: true },
  { from: ADMITTED, to: "mongodb-order:27017", allowed: false },
  { from: ADMITTED, to: `order-service:${METRICS_PORT}`, allowed: false },
  { from: MONITORING, to: `user-service:${METRICS_PORT}`, allowed: true },
  { from: MONITORING, to: `product-service:${METRICS_PORT}`, allowed: true },
  { from: MONITORING, to: `order-service:${METRICS_PORT}`, allowed: true },
  { from: MONITORING, to: "order-service:3003", allowed: false },
  { from: "default", to: `order-service:${METRICS_PORT}`, allowed: false },
  { from: "default", to: "order-service:3003", allowed: false },
  { from: "default", to: "mongodb-order:27017", allowed: false },
];

/** Tries every connection that should and some that should not come about. */
export async function probePolicies(cluster: Cluster): Promise<string> {
  for (const namespace of OUTSIDE) {
    const run = [
      "run",
      "probe",
      "-n",
      namespace,
      "--image=oven/bun:1.4.5-slim",
      "--image-pull-policy=IfNotPresent",
      "--restart=Never",
    ];
    await cluster.kubectl([...run, "--command", "--", "sleep", "600"]);
    await cluster.kubectl(["wait", "-n", namespace, "--for=condition=Ready", "pod/probe", "--timeout=60s"]);
  }
  try {
    const wrong: string[] = [];
    for (const probe of probes)
      if ((await connects(cluster, probe)) !== probe.allowed) wrong.push(JSON.stringify(probe));
    expect(wrong.length === 0, `wrong: ${wrong.join(", ")}`);
    return `${probes.length} connections tried, ${await scrape(cluster)} series of order-service read`;
  } finally {
    for (const namespace of OUTSIDE)
      await cluster.kubectl(["delete", "pod", "probe", "-n", namespace, "--grace-period=0", "--force"]);
  }
}

/** Reads the measurements of one pod as Prometheus does. @returns how many series it gave */
async function scrape(cluster: Cluster): Promise<number> {
  const url = `http://${await cluster.podAddress("order-service")}:${METRICS_PORT}/metrics`;
  const script = `process.stdout.write(await fetch("${url}").then((answer) => answer.text()))`;
  const text = await cluster.kubectl(["exec", "-n", MONITORING, "probe", "--", "bun", "-e", script]);
  expect(text.includes("\nhttp_server_request_duration_seconds_count{"), text.slice(0, 200));
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
}

/** Refusals drop packets, so a refused connection is one that does not come about in 2 s. A host that refuses at once is reachable. */
async function connects(cluster: Cluster, { from, to }: Probe): Promise<boolean> {
  const [host = "", port = ""] = to.split(":");
  const name = await addressOf(cluster, host, Number(port));
  const script = `
    const timer = setTimeout(() => { console.log("no"); process.exit(0); }, 2000);
    require("net").connect(${port}, "${name}")
      .on("connect", () => { console.log("yes"); process.exit(0); })
      .on("error", (error) => { console.log(error.code === "ECONNREFUSED" ? "yes" : "no"); process.exit(0); });`;
  const place = from.endsWith("-service") ? ["-n", NAMESPACE, `deployment/${from}`] : ["-n", from, "probe"];
  return await eventually(20_000, async () => {
    const answer = await cluster.kubectl(["exec", ...place, "--", "bun", "-e", script]);
    expect(/^(yes|no)$/.test(answer), answer);
    return answer === "yes";
  });
}

async function addressOf(cluster: Cluster, host: string, port: number): Promise<string> {
  if (/^\d/.test(host)) return host;
  return port === METRICS_PORT ? await cluster.podAddress(host) : `${host}.${NAMESPACE}.svc.cluster.local`;
}
