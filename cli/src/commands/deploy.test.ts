import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Stack, startStack } from "@pos/testing/stack";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { serviceUrls, waitForHealth } from "../deployment/compose-health.ts";
import { buildCommand } from "../deployment/container-engine.ts";
import { runCommand } from "../deployment/run-command.ts";
import { signedInWorld } from "../test/signed-in.ts";
import { type World, world } from "../test/world.ts";

const CHECKOUT = resolve(import.meta.dir, "../../..");
let user: World;
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  user = await signedInWorld(stack);
});
afterAll(async () => {
  await user.remove();
  await stack.stop();
});

describe("compose env", () => {
  test("writes secrets for this stack alone, and never over others without being asked", async () => {
    const file = join(user.home, "one.env");
    const argv = ["compose", "env", "--env-file", file];
    expect((await user.run([...argv, "--admin-email", "no address"])).exit).toBe(2);
    expect((await user.run([...argv, "--admin-email", "ada@example.com"])).exit).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, "utf8");
    expect(text).toContain("\nADMIN_EMAIL=ada@example.com\n");
    const passwords = text.match(/(?<=PASSWORD=).+/g) ?? [];
    expect(new Set(passwords).size).toBe(5);
    const again = await user.run(argv);
    expect([again.exit, again.stderr]).toEqual([1, expect.stringContaining("exists already")]);
    expect((await user.run([...argv, "--force"])).exit).toBe(2);
    expect(await readFile(file, "utf8")).toBe(text);
    expect((await user.run([...argv, "--force", "--yes"])).exit).toBe(0);
    expect(await readFile(file, "utf8")).not.toContain(passwords[0] ?? "");
    expect((await user.run(["compose", "env", "--project", "Not A Name"])).exit).toBe(2);
  });
});

describe("k8s secrets", () => {
  test("stand beside the overlays, with a password of their own for each database", async () => {
    await mkdir(join(user.home, "k8s/overlays/production"), { recursive: true });
    const argv = ["k8s", "secrets", "--overlay", "production"];
    expect((await user.run([...argv, "--directory", "elsewhere"])).stderr).toContain("is not next to the overlays");
    expect((await user.run(["k8s", "secrets", "--overlay", "moon"])).exit).toBe(2);
    expect((await user.run(argv)).exit).toBe(0);
    const file = join(user.home, "k8s/live/secret.yaml");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [system, key] = parseAllDocuments(await readFile(file, "utf8")).map(
      (document) => document.toJS() as { metadata: { name: string }; stringData: Record<string, string> },
    );
    expect([system?.metadata.name, key?.metadata.name]).toEqual(["product-order-system-secret", "mongodb-key"]);
    const uri = system?.stringData["ORDER_MONGO_URI"] ?? "";
    expect(uri.match(/mongodb-order-\d\./g)).toEqual(["mongodb-order-0.", "mongodb-order-1.", "mongodb-order-2."]);
    expect(uri).toContain(`order-service:${system?.stringData["ORDERDB_PASSWORD"]}@`);
    expect(await readFile(join(user.home, "k8s/live/kustomization.yaml"), "utf8")).toContain("../overlays/production");
    expect((await user.run(argv)).stderr).toContain("Try: kubectl apply -k k8s/live");
    expect((await user.run([...argv, "--force"], { isTty: true, stdin: "n\n" })).exit).toBe(3);
  });
});

describe("compose", () => {
  test("a command that fails is told with its last lines", async () => {
    const options = { cwd: user.home, env: { PATH: process.env["PATH"] } };
    expect(await runCommand(["sh", "-c", "echo fine"], options)).toBe("fine\n");
    const failing = runCommand(["sh", "-c", "seq 30; echo why >&2; exit 3"], options);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining("failed with exit code 3"),
      why: expect.arrayContaining(["why", "30"]),
    });
  });

  test("images are built with the certificate authorities of this machine", () => {
    const engine = { name: "podman", compose: ["podman-compose"] } as const;
    const command = buildCommand(engine, "user-service", { NODE_EXTRA_CA_CERTS: import.meta.path }).join(" ");
    expect(command).toStartWith(`podman build --quiet --format docker --secret id=ca,src=${import.meta.path} `);
    expect(buildCommand(engine, "user-service", {}).join(" ")).not.toContain("--secret");
  });

  test("addresses follow the variables of compose.yaml", () => {
    const urls = (environment: Record<string, string>) => serviceUrls(environment).map(({ url }) => url);
    expect(urls({})).toEqual(["http://127.0.0.1:3001", "http://127.0.0.1:3002", "http://127.0.0.1:3003"]);
    expect(urls({ BIND_ADDRESS: "0.0.0.0", ORDER_SERVICE_PORT: "9" })[2]).toBe("http://127.0.0.1:9");
    expect(urls({ BIND_ADDRESS: "10.0.0.5" })[0]).toBe("http://10.0.0.5:3001");
  });

  test("what never gets healthy is named after its time", async () => {
    let nowMs = 0;
    const said: string[] = [];
    const io = { now: () => nowMs, sleep: async () => void (nowMs += 9000) };
    const services = [
      { name: "user-service", url: stack.urls.user },
      { name: "order-service", url: "http://127.0.0.1:1" },
    ];
    const waiting = waitForHealth(services, { io, say: (line) => void said.push(line) });
    await expect(waiting).rejects.toThrow("Not healthy after 200 s: order-service.");
    expect(said[0]).toBe("waiting for order-service (18 s)");
  });
});

describe("backup and restore", () => {
  test("find the databases of compose.yaml by its .env, or by their own variables", async () => {
    const file = join(user.home, "empty.env");
    await writeFile(file, "USERDB_PASSWORD='secret'\n");
    const backup = (...argv: readonly string[]) => user.run(["backup", join(user.home, "copy"), ...argv]);
    const compose = await backup("--compose", "--env-file", file);
    expect([compose.exit, compose.stderr]).toEqual([1, expect.stringContaining(`${file} has no PRODUCTDB_PASSWORD.`)]);
    user.env["USER_MONGO_URI"] = stack.databases.user.uri;
    const some = await backup();
    expect([some.exit, some.stderr]).toEqual([
      2,
      expect.stringContaining("PRODUCT_MONGO_URI and ORDER_MONGO_URI is missing"),
    ]);
    user.env["PRODUCT_MONGO_URI"] = stack.databases.product.uri;
    user.env["ORDER_MONGO_URI"] = stack.databases.order.uri;
    expect((await backup()).exit).toBe(0);
    expect((await user.run(["restore", join(user.home, "copy")])).stderr).toContain("-service is using");
    expect((await user.run(["restore", join(user.home, "nothing")])).exit).toBe(2);
  });
});

describe("db init", () => {
  test("tells every variable that is missing or wrong at once", async () => {
    const own = await world();
    own.env["DB_INIT_PORT"] = "0";
    own.env["DB_INIT_PASSWORD"] = "change-me-please";
    const { exit, stderr } = await own.run(["db", "init"]);
    expect(exit).toBe(2);
    for (const name of [
      "DB_INIT_PORT",
      "DB_INIT_MEMBERS",
      "DB_INIT_DATABASE",
      "DB_INIT_PASSWORD",
      "DB_INIT_ROOT_PASSWORD",
    ])
      expect(stderr).toContain(`  ${name} `);
    await own.remove();
  });
});

describe("validate", () => {
  const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  WORKERS: 4\n";
  const check = (...argv: readonly string[]) => user.run(["validate", "-", ...argv], { stdin: manifest });

  test("finds nothing in the manifests of this repository", async () => {
    const { exit, stdout, stderr } = await user.run(["validate", "--strict"], { cwd: CHECKOUT });
    expect([exit, stdout, stderr]).toEqual([0, "", expect.stringMatching(/^0 errors, 0 warnings in \d+ resources/)]);
    const nowhere = await world();
    expect((await nowhere.run(["validate"])).stderr).toContain("pass what to check");
    expect((await nowhere.run(["validate", "nothing"])).exit).toBe(2);
    await nowhere.remove();
  });

  test("prints a finding in every format, and ends with 6", async () => {
    const table = await check();
    expect([table.exit, table.stdout]).toEqual([6, expect.stringContaining("<stdin>:6:12  error  schema-wrong-type")]);
    expect((await check("-o", "name")).stdout).toBe("finding/<stdin>:6:12:schema-wrong-type\n");
    expect((await check("-o", "junit")).stdout).toContain("<testsuites");
    expect(JSON.parse((await check("-o", "sarif")).stdout)).toMatchObject({ version: "2.1.0" });
    expect(JSON.parse((await check("-o", "ndjson")).stdout)).toMatchObject({ rule: "schema-wrong-type", line: 6 });
    expect((await check("--rule", "schema-wrong-type=off")).exit).toBe(0);
    for (const argv of [
      ["--rule", "no-rule=off"],
      ["--kubernetes", "0.1"],
      ["--explain", "no-rule"],
    ])
      expect([argv, (await check(...argv)).exit]).toEqual([argv, 2]);
    expect(await user.ok("validate", "--explain", "schema-wrong-type")).toContain("schema-wrong-type");
    expect(await user.ok("validate", "--explain", "-q")).toContain("\nschema-wrong-type\n");
  });

  test("--live asks the running services, as an administrator", async () => {
    const live = await check("--live", "--rule", "schema-wrong-type=off", "-o", "json");
    expect([live.exit, live.stderr]).toEqual([0, expect.stringContaining("0 errors")]);
    const nobody = await world(stack);
    const { exit, stderr } = await nobody.run(["validate", "-", "--live"], { stdin: manifest });
    expect([exit, stderr]).toEqual([4, expect.stringContaining("Only an administrator may query")]);
    await nobody.remove();
  });
});
