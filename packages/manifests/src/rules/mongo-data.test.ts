import { describe, expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { documents, workload } from "../test/set.ts";

const sentences = (...sources: readonly { readonly file: string; readonly text: string }[]): string[] =>
  checkManifests([bundleOf(sources)])
    .findings.filter(({ rule }) => rule === "mongo-data-shared")
    .map(({ sentence }) => sentence);

const CLAIM = "volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]";

describe("databases of Kubernetes with one claim", () => {
  const database = (name: string, { mount = "mountPath: /data/db", pod = CLAIM, spec = "", more = "" } = {}) =>
    workload(name, { pod, spec, container: `volumeMounts: [{ name: data, ${mount} }]\n${more}` }).replace(
      `example.com/${name}:1.0.0`,
      "mongo:8.0",
    );
  const found = (...texts: readonly string[]) => sentences({ file: "x.yaml", text: documents(...texts) });

  test("are found, and so are the replicas of one", () => {
    expect(found(database("a"), database("b"))).toEqual([
      "The container b of Deployment b keeps its data in data, and so does the container a of Deployment a.",
    ]);
    expect(found(database("a", { spec: "replicas: 2" }))).toEqual([
      "The 2 replicas of Deployment a all keep their data in data.",
    ]);
  });

  test("are found by the directory that mongod is told, wherever the volume begins", () => {
    const told = (path: string) => ({ mount: "mountPath: /data", more: `args: [--replSet, rs0, --dbpath, ${path}]` });
    expect(found(database("a"), database("b", told("/data")))).toHaveLength(1);
    expect(found(database("a", told("/data/x")), database("b", told("/data/x")))).toHaveLength(1);
    expect(found(database("a", told("/data/x")), database("b", told("/data/y")))).toEqual([]);
    const shell = "command: [sh, -c, 'umask 077 && exec mongod --replSet rs0 --dbpath=/data/db']";
    expect(found(database("a", { more: shell }), database("b"))).toHaveLength(1);
  });

  test.each([
    ["each has a folder of its own", [database("a"), database("b", { mount: "mountPath: /data/db, subPath: b" })]],
    [
      "each pod has a folder of its own",
      [database("a", { spec: "replicas: 3", mount: "mountPath: /data/db, subPathExpr: $(POD_NAME)" })],
    ],
    [
      "they are in two namespaces",
      [database("a"), database("b").replace("metadata: { name: b }", "metadata: { name: b, namespace: other }")],
    ],
    ["one is turned off", [database("a"), database("b", { spec: "replicas: 0" })]],
    ["one makes a copy", [database("a"), database("b", { more: "command: [mongodump, --host, a]" })]],
    ["one is another program", [database("a"), database("b").replace("mongo:8.0", "example.com/files:1.0.0")]],
    ["one is a Job", [database("a"), database("b").replace("apps/v1\nkind: Deployment", "batch/v1\nkind: Job")]],
    ["their volumes end with them", [database("a", { pod: "volumes: [{ name: data, emptyDir: {} }]" }), database("b")]],
    ["one keeps its data elsewhere", [database("a"), database("b", { mount: "mountPath: /backup" })]],
  ])("are none when %s", (_, texts) => expect(found(...texts)).toEqual([]));
});

describe("databases of compose with one volume", () => {
  const compose = (services: string, file = "compose.yaml") => ({
    file,
    text: `services:\n  a: { image: mongo:8.0, volumes: ['data:/data/db'] }\n${services}volumes: { data: , other: }\n`,
  });
  const found = (services: string) => sentences(compose(services));

  test("are found, however the volume is written", () => {
    const both = ["b keeps its data in data, and so does a."];
    expect(found("  b: { image: 'mongo:8.0', volumes: ['data:/data/db:rw'] }\n")).toEqual(both);
    expect(
      found("  b: { image: mongo, volumes: [{ type: volume, source: data, target: /data/db }], command: --auth }\n"),
    ).toEqual(both);
    const bound = (path: string, name: string) =>
      `  ${name}: { image: mongodb/mongodb-community-server:8.0.0, volumes: ['${path}:/data/db'] }\n`;
    expect(found(bound("./x", "b") + bound("./y/../x/", "c"))).toEqual(["c keeps its data in x, and so does b."]);
    const named = compose("  b: { image: 'mongo:8.0', volumes: ['other:/data/db'] }\n");
    const text = named.text.replace("data: , other:", "data: { external: true, name: x }, other: { name: x }");
    expect(sentences({ ...named, text })).toEqual(["b keeps its data in x, and so does a."]);
  });

  test.each([
    ["each has its own", "image: 'mongo:8.0', volumes: ['other:/data/db']"],
    ["one has a folder of that name", "image: 'mongo:8.0', volumes: ['./data:/data/db']"],
    ["one sets up the replica set", "image: 'mongo:8.0', volumes: ['data:/data/db'], command: mongosh --host a"],
    ["one has another entrypoint", "image: 'mongo:8.0', volumes: ['data:/data/db'], entrypoint: [sh, /init.sh]"],
    ["one prepares the folder", "image: 'busybox:1.37', volumes: ['data:/data/db'], command: chown -R 999 /data/db"],
    ["one removes the lock", "image: 'mongo:8.0', volumes: ['data:/data/db'], command: rm /data/db/mongod.lock"],
    [
      "one talks of a mongod",
      "image: 'mongo:8.0', volumes: ['data:/data/db'], command: sh -c 'echo wait for mongod to start; mongosh'",
    ],
    ["one asks for its version", "image: 'mongo:8.0', volumes: ['data:/data/db'], command: mongod --version"],
    ["a file says where its data is", "image: 'mongo:8.0', volumes: ['data:/data/db'], command: [-f, /etc/b.conf]"],
    ["a file says so", "image: 'mongo:8.0', volumes: ['data:/data/db'], command: mongod --config=/etc/b.conf"],
    ["one is of a profile", "image: 'mongo:7.0', volumes: ['data:/data/db'], profiles: [old]"],
    ["one is turned off", "image: 'mongo:7.0', volumes: ['data:/data/db'], scale: 0"],
    ["each is on its machine", "image: 'mongo:8.0', volumes: ['data:/data/db'], deploy: { placement: {} }"],
    [
      "each has a folder of its own",
      "image: 'mongo:8.0', volumes: [{ type: volume, source: data, target: /data/db, volume: { subpath: b } }]",
    ],
    ["the name comes from a variable", "image: 'mongo:8.0', volumes: ['${DATA:-data}:/data/db']"],
    ["a volume has no name", "image: 'mongo:8.0', volumes: ['/data/db']"],
  ])("are none when %s", (_, service) => expect(found(`  b: { ${service} }\n`)).toEqual([]));

  test("are none when one waits until the other has ended", () => {
    const waits = (condition: string) =>
      `  b: { image: 'mongo:8.0', volumes: ['data:/data/db'], depends_on: { a: { condition: ${condition} } } }\n`;
    expect(found(waits("service_completed_successfully"))).toEqual([]);
    expect(found(waits("service_healthy"))).toHaveLength(1);
  });

  test("are told with their names as they are", () =>
    expect(
      found(
        "  Theo: { image: 'mongo:8.0', volumes: ['other:/data/db'] }\n  c: { image: mongo, volumes: ['other:/data/db'] }\n",
      ),
    ).toEqual(["c keeps its data in other, and so does Theo."]));

  test("are none when two files speak of them: one may stand for the other", () =>
    expect(
      sentences(compose(""), {
        ...compose("").valueOf(),
        file: "compose.other.yaml",
        text: compose("").text.replace("a:", "b:"),
      }),
    ).toEqual([]));
});
