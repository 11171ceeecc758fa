import { describe, expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { documents, workload } from "../test/set.ts";

const service = (name: string, port: number) => `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: ${port}, targetPort: http }] }
`;
const API = documents(workload("api").replace("8080", "3001"), service("api", 80));

const found = (...texts: readonly string[]): string[] =>
  checkManifests([bundleOf([{ file: "x.yaml", text: documents(...texts) }])])
    .findings.filter(({ rule }) => rule === "service-localhost")
    .map(({ sentence }) => sentence);
const calls = (value: string, name = "API_URL") => `env: [{ name: ${name}, value: '${value}' }]`;
const web = (container: string, pod = "") => workload("web", { container, pod });

describe("a pod that looks for another one in itself", () => {
  test("is found by the port of a Service, or of the pods behind it", () => {
    const sentence = (address: string) => [
      `API_URL of container web of Deployment web calls ${address}, which is the pod itself: api has that port.`,
    ];
    expect(found(API, web(calls("http://localhost:3001/v1")))).toEqual(sentence("localhost:3001"));
    expect(found(API, web(calls("http://127.0.0.1")))).toEqual(sentence("127.0.0.1:80"));
  });

  test("is found in a connection string, a ConfigMap and a Job", () => {
    const database = documents(workload("db").replace("8080", "27017"), service("db", 27_017));
    const uri = "mongodb://web:pw@localhost/x?replicaSet=rs0";
    expect(found(database, web(calls(uri, "MONGO_URI")))).toHaveLength(1);
    const map =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { API_URL: 'http://localhost:3001' }\n";
    const fromMap = "envFrom: [{ configMapRef: { name: web } }]";
    expect(found(API, map, web(fromMap))).toHaveLength(1);
    const job = web(calls("http://localhost:3001")).replace("apps/v1\nkind: Deployment", "batch/v1\nkind: Job");
    expect(found(API, job)).toHaveLength(1);
  });

  const call = calls("http://localhost:3001");
  test.each([
    ["nothing else has the port", [API, web(calls("http://localhost:3002"))]],
    ["the pod has the port itself", [API, web(call).replace("8080", "3001")]],
    ["a Service sends the port to the pod", [API, web(call), service("web", 3001)]],
    [
      "a Service sends another port to this one, which the pod does not name",
      [API, web(call).replace("ports: [", "x: ["), service("web", 80).replace("targetPort: http", "targetPort: 3001")],
    ],
    ["PORT says that it listens there", [API, web(`${call.slice(0, -1)}, { name: PORT, value: '3001' }]`)]],
    [
      "a second container may listen there",
      [API, web(call, "initContainers: [{ name: proxy, image: 'proxy:1', restartPolicy: Always }]")],
    ],
    [
      "a container is put in that may listen there",
      [
        API,
        web(call).replace(
          "labels: { app: web } }\n    spec",
          "labels: { app: web }, annotations: { 'vault.hashicorp.com/agent-inject': 'true' } }\n    spec",
        ),
      ],
    ],
    ["the network is that of the node", [API, web(call, "hostNetwork: true")]],
    [
      "the other pods are in another namespace",
      [API.replaceAll(/metadata: \{ name/g, "metadata: { namespace: b, name"), web(call)],
    ],
    [
      "all pods share a ConfigMap, and the address is for one of them",
      [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: all }\ndata: { API_URL: 'http://localhost:3001' }\n",
        workload("api", { container: "envFrom: [{ configMapRef: { name: all } }]" }).replace("8080", "3001"),
        service("api", 80),
        web("envFrom: [{ configMapRef: { name: all } }]"),
      ],
    ],
    ...["PUBLIC_URL", "FRONTEND_URL", "CORS_ORIGIN", "VITE_API_URL", "LISTEN_URL", "ASPNETCORE_URLS", "HEALTH_URL"].map(
      (name) => [`the variable is ${name}`, [API, web(calls("http://localhost:3001", name))]] as [string, string[]],
    ),
  ] as [string, string[]][])("is none when %s", (_, texts) => expect(found(...texts)).toEqual([]));
});
