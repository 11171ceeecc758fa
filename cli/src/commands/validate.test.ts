import { type Stack, startStack } from "@pos/testing/stack";
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run as runHere } from "../test/world.ts";

// A busy machine is slow, and programs are started here.
setDefaultTimeout(120_000);

const ROOT = resolve(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "cli/src/main.ts");
const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  WORKERS: 4\n";
const WARNING = `${CONFIG_MAP.replace("4", '"4"')}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 0, selector: { matchLabels: { app: web } } }
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: web }
spec: { replicas: 2, selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } } } }
`;

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "validate-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("ordersctl validate", () => {
  // The oldest is the one that k8s/README.md promises.
  test.each(["1.31", "1.37"])("finds nothing in our own manifests and compose file for %s", async (version) => {
    const { exitCode, stdout, stderr } = await runProgram(["--strict", "--kubernetes", version], { cwd: ROOT });
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^0 errors, 0 warnings in \d{2,} resources of \d{2,} files/);
    expect(exitCode).toBe(0);
  });

  test("reads standard input, prints one line a finding and ends with 6", async () => {
    const { exitCode, stdout, stderr } = await runProgram(["-"], { input: CONFIG_MAP });
    expect(stdout).toBe(
      "<stdin>:6:12  error  schema-wrong-type  data.WORKERS is a number, but must be a string.\n" +
        "    Put the value in quotes. (Unquoted yes, no, on, off, y and n are booleans.)\n",
    );
    expect(stderr).toBe("1 error, 0 warnings in 1 resource of 1 file (Kubernetes 1.37)\n");
    expect(exitCode).toBe(6);
  });

  test.each(["", "# nothing\n---\n"])("where there is nothing to check it says so and ends with 2", async (input) => {
    const { exitCode, stdout, stderr } = await runProgram(["-"], { input });
    expect(stdout).toBe("");
    expect(stderr).toContain("There is no manifest to check in standard input.");
    expect(exitCode).toBe(2);
  });

  test("shows what a manifest says on one line that cannot steer the terminal", async () => {
    const input = CONFIG_MAP.replace("name: web", 'name: "\\e[2J\\n<stdin>:1:1  fine"').replace("4", "'4'");
    const { stdout } = await runProgram(["-"], { input });
    expect(stdout).toStartWith('<stdin>:4:9  error  resource-name  "\\u001b[2J <stdin>:1:1  fine" is not a valid name');
    expect(stdout.split("\n")).toHaveLength(2);
  });

  test("--rule sets levels, --strict makes warnings count", async () => {
    const exitOf = async (...flags: string[]): Promise<number> =>
      (await run(["-", ...flags], { input: WARNING })).exitCode;
    expect(await exitOf()).toBe(0);
    expect(await exitOf("--strict")).toBe(6);
    expect(await exitOf("--rule", "pdb-blocking=error")).toBe(6);
    expect(await exitOf("--strict", "--rule", "pdb-blocking=off")).toBe(0);
  });

  test("-o json, sarif, junit, name and jsonpath print the same finding", async () => {
    const print = async (format: string): Promise<string> =>
      (await run(["-", "-o", format], { input: CONFIG_MAP })).stdout;
    expect(JSON.parse(await print("json"))).toMatchObject({ errorCount: 1, findings: [{ line: 6, column: 12 }] });
    expect(JSON.parse(await print("sarif"))).toMatchObject({
      version: "2.1.0",
      runs: [{ results: [{ level: "error" }] }],
    });
    expect(await print("junit")).toContain('<failure type="schema-wrong-type"');
    expect(await print("name")).toBe("finding/<stdin>:6:12:schema-wrong-type\n");
    expect(await print("jsonpath={.items[0].line}")).toBe("6");
  });

  test("--explain tells about one rule or lists all", async () => {
    expect((await run(["--explain", "quantity"])).stdout).toContain("Wrong:\n  limits: { cpu: 500milli");
    expect((await run(["--explain"])).stdout.split("\n").length).toBeGreaterThan(80);
  });

  test.each([
    [["nowhere"], "There is no file or folder "],
    [["-", "--rule", "quantiti=off"], "There is no rule quantiti (did you mean quantity?)."],
    [["-", "--kubernetes", "1.20"], "There are no schemas of Kubernetes 1.20: choose 1.31 to 1.37."],
    [[], "There is neither k8s nor compose.yaml here"],
  ])("%j is a mistake on the command line", async (flags, message) => {
    const { exitCode, stderr } = await run(flags, { cwd: folder });
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  test("--kubernetes chooses the schemas, --ignore-missing lets custom resources pass", async () => {
    const input = "apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: x }\n";
    const older = await run(["-", "--kubernetes", "v1.33.2", "--ignore-missing"], { input });
    expect(older.stderr).toContain("(Kubernetes 1.33)");
    expect(older.exitCode).toBe(0);
    expect((await run(["-"], { input })).stdout).toContain("unknown-kind");
  });
});

describe("ordersctl validate --live", () => {
  let stack: Stack;
  let valid = "";

  beforeAll(async () => {
    stack = await startStack();
    const meta = await stack.admin.operation.meta("user");
    valid = userService({ port: meta.port, version: meta.version, replicaSet: meta.replicaSet ?? "" });
  });
  afterAll(() => stack.stop());

  test("finds nothing where the manifests describe what runs", async () => {
    const { exitCode, stdout } = await live(valid);
    expect(stdout).toBe("");
    expect(exitCode).toBe(0);
  });

  test.each([
    ["live-port", /containerPort: \d+/, "containerPort: 3999"],
    ["live-version", /user-service:\S+/, "user-service:9.9.9"],
    ["live-memory", "memory: 4Gi", "memory: 8Mi"],
    ["live-probe", /path: \/health/g, "path: /nothing"],
    ["live-replica-set", /replicaSet=\w+/, "replicaSet=another"],
  ])("%s", async (rule, from, to) => {
    const changed = valid.replaceAll(new RegExp(from, "g"), to);
    expect(changed).not.toBe(valid);
    const { stdout, exitCode } = await live(changed);
    expect(stdout).toContain(`  error  ${rule} `);
    expect(exitCode).toBe(6);
  });

  test("says that a service does not answer", async () => {
    const { stdout } = await live(valid, { ORDERSCTL_USER_URL: "http://127.0.0.1:9" });
    expect(stdout).toContain("live-unreachable");
  });

  test("needs an administrator", async () => {
    const customer = await stack.customer();
    expect((await live(valid, { ORDERSCTL_TOKEN: customer.token })).exitCode).toBe(4);
    expect((await live(valid, { ORDERSCTL_TOKEN: "" })).exitCode).toBe(4);
  });

  async function live(text: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
    const file = join(folder, "user-service.yaml");
    await writeFile(file, text);
    const { urls, adminToken } = stack;
    return run([file, "--live"], {
      cwd: folder,
      env: {
        ORDERSCTL_USER_URL: urls.user,
        ORDERSCTL_PRODUCT_URL: urls.product,
        ORDERSCTL_ORDER_URL: urls.order,
        ORDERSCTL_TOKEN: adminToken,
        ...env,
      },
    });
  }
});

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** In this process, with no settings of this machine. */
async function run(flags: readonly string[], { cwd = folder, input = "", env }: RunOptions = {}): Promise<Run> {
  const { exit, stdout, stderr } = await runHere(["validate", ...flags], {
    cwd,
    stdin: input,
    env: { HOME: folder, XDG_CONFIG_HOME: folder, ...env },
  });
  return { exitCode: exit, stdout, stderr };
}

/** The same through the real program. */
async function runProgram(flags: readonly string[], options: RunOptions = {}): Promise<Run> {
  const program = Bun.spawn([process.execPath, MAIN, "validate", ...flags], {
    cwd: options.cwd ?? folder,
    stdin: new Blob([options.input ?? ""]),
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, XDG_CONFIG_HOME: folder, ...options.env },
  });
  const [stdout, stderr, exitCode] = await Promise.all([program.stdout.text(), program.stderr.text(), program.exited]);
  return { stdout, stderr, exitCode };
}

/** The smallest manifests of user-service that hold all that is compared with the running one. */
function userService({ port, version, replicaSet }: { port: number; version: string; replicaSet: string }): string {
  return `apiVersion: v1
kind: Secret
metadata: { name: user-secret }
stringData:
  MONGO_URI: mongodb://database.example.com/userdb?replicaSet=${replicaSet}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: user-service }
spec:
  selector: { matchLabels: { app: user-service } }
  template:
    metadata: { labels: { app: user-service } }
    spec:
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: user-service
          image: example.com/user-service:${version}
          ports: [{ name: http, containerPort: ${port} }]
          envFrom: [{ secretRef: { name: user-secret } }, { secretRef: { name: others, optional: true } }]
          startupProbe: { httpGet: { path: /health, port: http }, periodSeconds: 5, failureThreshold: 40 }
          readinessProbe: { httpGet: { path: /health, port: http } }
          resources: { requests: { cpu: 100m, memory: 2Mi }, limits: { cpu: 500m, memory: 4Gi } }
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
`;
}
