import { afterAll, beforeAll, describe, expect, onTestFinished, setDefaultTimeout, spyOn, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runUntil } from "../test/endless.ts";
import { firstOfThreeFreePorts, isRunning, mongodBinary, stateOf, until } from "../test/local-stack.ts";
import { type Ran, type World, world } from "../test/world.ts";
import * as sourceCode from "./source-code.ts";
import { livingProcesses, type StackState } from "./state.ts";
import { killOther } from "../test/kill.ts";

setDefaultTimeout(120_000);

// One stack in one data directory: first watched over by this process, then in the background.

let user: World;
let dataDir: string;
let port: number;
/** The `up` in this process, while it runs. */
let foreground: Promise<Ran> | undefined;

beforeAll(async () => {
  user = await world();
  user.env["MONGOD_BIN"] = await mongodBinary();
  dataDir = join(user.home, "data");
  port = firstOfThreeFreePorts();
});

afterAll(async () => {
  user.signal("SIGINT");
  await foreground;
  await user.run(["down", "--data-dir", dataDir]);
  await user.remove();
});

const here = (...argv: readonly string[]): Promise<Ran> => user.run([...argv, "--data-dir", dataDir]);
const jsonHere = async (...argv: readonly string[]): Promise<unknown> =>
  JSON.parse((await here(...argv, "-o", "json")).stdout);

/** The real program, in a process of its own. */
async function program(cwd: string, ...argv: readonly string[]): Promise<Ran> {
  const main = join(import.meta.dir, "../main.ts");
  const child = Bun.spawn([process.execPath, main, ...argv, "--data-dir", dataDir], {
    env: user.env,
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { exit, stdout, stderr };
}

interface UnitRow {
  readonly name: string;
  readonly status: string;
  readonly pid?: number;
  readonly restarts: number;
  readonly lastEnd?: string;
}
const units = async (): Promise<Readonly<Record<string, UnitRow>>> =>
  Object.fromEntries(((await jsonHere("status")) as readonly UnitRow[]).map((row) => [row.name, row]));
const unit = async (name: string): Promise<UnitRow> => (await units())[name] as UnitRow;

async function state(): Promise<StackState> {
  const found = await stateOf(dataDir);
  if (found === undefined) throw new Error("no state");
  return found;
}

const nothingRuns = (before: StackState): void => expect(livingProcesses(before)).toEqual([]);

describe("before the first start", () => {
  test("every verb says what to do", async () => {
    const status = await here("status");
    expect([status.exit, status.stderr]).toEqual([
      5,
      `Nothing was started in ${dataDir} yet. Try: ordersctl up --data-dir ${dataDir}\n`,
    ]);
    expect((await here("logs")).stderr).toContain(
      `There is no log in ${dataDir} yet.\nTry: ordersctl up --data-dir ${dataDir}\n`,
    );
    const restart = await here("restart", "order");
    expect([restart.exit, restart.stderr]).toEqual([
      5,
      expect.stringContaining(`Try: ordersctl up --data-dir ${dataDir}\n`),
    ]);
    expect((await here("down")).stderr).toBe("Nothing is running here.\n");
    await mkdir(dataDir, { recursive: true });
    for (const services of [{}, { user: { port: 1 }, product: { port: 2 }, order: { port: 3, process: null } }]) {
      await writeFile(join(dataDir, "state.json"), JSON.stringify({ services }));
      expect((await here("status")).stderr).toBe(status.stderr);
      expect((await here("down")).stderr).toBe("Nothing is running here.\n");
    }
    await rm(dataDir, { recursive: true });
    const migrate = await here("db", "migrate");
    expect([migrate.exit, migrate.stderr]).toEqual([
      5,
      expect.stringContaining(`Try: ordersctl up --data-dir ${dataDir}\n`),
    ]);
  });

  test("a port that is none starts nothing", async () => {
    const { exit, stderr } = await here("up", "--port", "70000");
    expect([exit, stderr]).toEqual([
      2,
      expect.stringContaining(`Try: ordersctl up --port 4001 --data-dir ${dataDir}\n`),
    ]);
  });

  test("Ctrl-C while it starts stops what runs by then", async () => {
    const up = here("up", "--port", String(port));
    await until("mongod", async () => (await stateOf(dataDir))?.mongod !== undefined);
    const early = await state();
    user.signal("SIGINT");
    const { exit, stdout, stderr } = await up;
    expect([exit, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("Everything has stopped");
    nothingRuns(early);
    expect((await state()).phase).toBe("stopped");
  });

  test("a mongod that dies while the services start is started again", async () => {
    const early = join(user.home, "early");
    const up = user.run(["up", "--data-dir", early, "--port", String(port)]);
    await until("services", async () => (await stateOf(early))?.services.order.process !== undefined);
    killOther((await stateOf(early))?.mongod?.process?.pid);
    await until("ready", async () => (await stateOf(early))?.phase === "ready");
    expect((await stateOf(early))?.mongod?.restarts).toBe(1);
    user.signal("SIGINT");
    expect((await up).exit).toBe(0);
  });
});

describe("up in the foreground", () => {
  beforeAll(async () => {
    foreground = here("up", "--port", String(port));
    let ended: Ran | undefined;
    void foreground.then((ran) => (ended = ran));
    await until("ready", async () => ended !== undefined || (await stateOf(dataDir))?.phase === "ready");
    if (ended !== undefined) throw new Error(`up ended with ${ended.exit}: ${ended.stderr}`);
  });

  test("starts a MongoDB and three services, signed in as the administrator", async () => {
    const { exit, stdout } = await here("status");
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^NAME +STATUS +PID +UP +RESTARTS +MEMORY +/);
    expect(Object.values(await units()).map(({ name, status }) => [name, status])).toEqual([
      ["user-service", "healthy"],
      ["product-service", "healthy"],
      ["order-service", "healthy"],
      ["mongod", "running"],
    ]);
    expect(await user.json("whoami")).toMatchObject({ email: "admin@example.com", role: "admin" });
    await user.ok("seed", "--users", "1", "--products", "2", "--orders", "1");
    expect((await user.ok("orders", "list", "-q")).trim()).toMatch(/^[0-9a-f]{24}$/);
  });

  test("keeps everything for its owner alone", async () => {
    for (const folder of [dataDir, join(dataDir, "logs"), join(dataDir, "mongodb")])
      expect([folder, (await stat(folder)).mode & 0o077]).toEqual([folder, 0]);
    const files = (await readdir(dataDir, { withFileTypes: true })).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).toEqual(["secrets.json", "state.json", "supervisor.lock"]);
    for (const { name } of files) expect([name, (await stat(join(dataDir, name))).mode & 0o777]).toEqual([name, 0o600]);
    const text = await readFile(join(dataDir, "state.json"), "utf8");
    expect(text).not.toContain(
      (JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8")) as { adminPassword: string }).adminPassword,
    );
  });

  test("gives each service the variables it knows, and no secret of another", async () => {
    const { pid } = await unit("product-service");
    const environment = await readFile(`/proc/${pid}/environ`, "utf8");
    const names = environment.split("\0").map((line) => line.split("=")[0]);
    expect(names).toContain("MONGO_URI");
    for (const foreign of ["KEY_ENCRYPTION_KEY", "ADMIN_PASSWORD", "SERVICE_CLIENTS", "XDG_CONFIG_HOME"])
      expect(names).not.toContain(foreign);
  });

  test("a second up says that it runs already and starts nothing", async () => {
    const before = await state();
    const { exit, stdout, stderr } = await here("up");
    expect(exit).toBe(0);
    expect(stderr).toContain(`It is already running (pid ${process.pid})`);
    expect(stderr).toContain(`password in ${join(dataDir, "secrets.json")}`);
    expect(stdout).toContain(`order-service    http://127.0.0.1:${port + 2}  http://127.0.0.1:${port + 2}/swagger`);
    expect(await state()).toEqual(before);
  });

  test("a sign-in is said to be the next command's only where it is", async () => {
    const profile = `local-${port}`;
    const second = async (env: Record<string, string>) =>
      (await user.run(["up", "--data-dir", dataDir], { env })).stderr.replaceAll("environment ", "");
    expect(await second({})).toContain(`signed in as profile ${profile}: the next command works\n`);
    expect(await second({ ORDERSCTL_PROFILE: "local" })).toContain(
      `signed in as profile ${profile}, but ORDERSCTL_PROFILE means profile local: add --profile ${profile}\n`,
    );
    expect(await second({ ORDERSCTL_ORDER_URL: "http://127.0.0.1:1" })).toContain(
      `signed in as profile ${profile}, but ORDERSCTL_ORDER_URL means http://127.0.0.1:1\n`,
    );
    expect(await second({ ORDERSCTL_TOKEN: "a.b.c" })).toContain(
      `signed in as profile ${profile}, but ORDERSCTL_TOKEN is used instead\n`,
    );
  });

  test("an ADMIN_PASSWORD that comes too late does not take the place of the one that was made", async () => {
    const secrets = join(dataDir, "secrets.json");
    const [kept, { ino }] = [await readFile(secrets, "utf8"), await stat(secrets)];
    const { exit } = await user.run(["up", "--data-dir", dataDir], { env: { ADMIN_PASSWORD: "another password" } });
    expect([exit, await readFile(secrets, "utf8")]).toEqual([0, kept]);
    // It was not even written anew: on a full disk that would fail.
    expect((await stat(secrets)).ino).toBe(ino);
  });

  test("a port that somebody has is named, and nothing is started", async () => {
    const other = join(user.home, "other");
    const { exit, stderr } = await user.run(["up", "--data-dir", other, "--port", String(port - 2)]);
    expect(exit).toBe(1);
    expect(stderr).toContain(
      `Port ${port}, which order-service needs, is taken by another program. Nothing was started.`,
    );
    expect(stderr).toContain(`Try: ordersctl up --port ${port + 98} --data-dir ${other}\n`);
    expect(await readdir(other)).toEqual([]);
    const last = createServer().listen(65_535, "127.0.0.1");
    await once(last, "listening");
    const high = await user.run(["up", "--data-dir", other, "--port", "65533"]);
    last.close();
    // Ports end at 65535.
    expect(high.stderr).toContain("Try: ordersctl up --port 65433 ");
  });

  test("status --env sets the addresses of a shell", async () => {
    const { stdout } = await here("status", "--env");
    const [first] = stdout.split("\n");
    expect(first).toBe(`export ORDERSCTL_USER_URL=http://127.0.0.1:${port}`);
  });

  test("logs are for people, or as they were written", async () => {
    const people = await here("logs", "order", "--tail", "3");
    expect(people.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} order +INFO /m);
    const raw = (await here("logs", "user-service", "--tail", "3", "-o", "ndjson")).stdout.trimEnd().split("\n");
    expect(raw).toHaveLength(3);
    for (const line of raw) expect(JSON.parse(line)).toMatchObject({ service: "user-service" });
    expect((await here("logs", "mongod", "--tail", "1")).stdout).toContain(" mongod ");
    const all = (await here("logs", "--since", "1h")).stdout;
    for (const source of ["user ", "product ", "order ", "supervisor "]) expect(all).toContain(source);
    const times = [...all.matchAll(/^\d\d:\d\d:\d\d\.\d{3}/gm)].map(([time]) => time);
    expect(times).toEqual(times.toSorted());
    expect((await here("logs", "supervisor")).stdout).toContain("every service is healthy");
    expect((await here("logs", "--since", "2099-01-01")).stdout).toBe("");
    for (const argv of [["cart"], ["--tail", "0"], ["--since", "soon"]])
      expect((await here("logs", ...argv)).exit).toBe(2);
  });

  test("logs --follow shows what comes", async () => {
    let isCalled = false;
    const marker = `marker-${crypto.randomUUID()}`;
    const { exit, stdout } = await followed(async (printed) => {
      if (!isCalled) {
        isCalled = true;
        await fetch(`http://127.0.0.1:${port}/users/${"f".repeat(24)}`, { headers: { "x-request-id": marker } });
      }
      return printed.includes(marker);
    });
    expect(exit).toBe(130);
    expect(stdout).toContain(marker);
  });

  test("doctor finds nothing wrong", async () => {
    const checks = (await jsonHere("doctor")) as readonly { name: string; status: string; detail: string }[];
    expect(checks.filter(({ status }) => status === "problem")).toEqual([]);
    const details = Object.fromEntries(checks.map(({ name, detail }) => [name, detail]));
    expect(details).toMatchObject({
      Checkout: "the services can be started from here",
      Stack: `running on ports ${port}, ${port + 1}, ${port + 2}`,
      Services: expect.stringContaining("healthy"),
      Clock: "agrees with the services",
      "Signed in": "admin@example.com",
    });
    expect(details["MongoDB"]).toContain("from MONGOD_BIN");
  });

  test("up, status and doctor tell of code that has changed since the start", async () => {
    const changed = "the code has changed since the start of user-service.\nTry: ordersctl restart user --data-dir";
    expect((await here("up", "-d")).stderr).not.toContain(changed);
    const file = join(dataDir, "state.json");
    const started = await readFile(file, "utf8");
    const before = await state();
    await writeFile(file, JSON.stringify({ ...before, codes: { ...before.codes, user: "of yesterday" } }));
    const up = await here("up", "-d");
    const status = await here("status");
    const checks = await jsonHere("doctor");
    await writeFile(file, started);
    expect([status.exit, status.stderr]).toEqual([0, expect.stringContaining(changed)]);
    expect([up.exit, up.stderr]).toEqual([0, expect.stringContaining(changed)]);
    const detail = `running on ports ${port}, ${port + 1}, ${port + 2}; the code has changed since the start of user-service`;
    expect(checks).toContainEqual(expect.objectContaining({ name: "Stack", status: "warning", detail }));
  });

  test("db migrate finds the databases that up made", async () => {
    const { exit, stdout, stderr } = await here("db", "migrate", "--dry-run");
    expect([exit, stderr]).toEqual([0, "Nothing is pending.\n"]);
    for (const database of ["userdb", "productdb", "orderdb"]) expect(stdout).toContain(database);
    expect(stdout).not.toContain("pending");
    expect((await here("db", "migrate")).stdout).toContain("applied");
  });

  test("a service that dies is started again, and status and log say so", async () => {
    const { pid } = await unit("product-service");
    killOther(pid);
    await until("a restart", async () => (await unit("product-service")).restarts > 0);
    await until("health", async () => (await unit("product-service")).status === "healthy");
    const row = await unit("product-service");
    expect(row).toMatchObject({ lastEnd: "SIGKILL" });
    expect(row.pid).not.toBe(pid);
    const { stdout } = await here("logs", "supervisor");
    expect(stdout).toContain("product-service ended (SIGKILL); starting it again in 500 ms");
  });

  test("a mongod that dies is started again at its port, with its data", async () => {
    const before = await unit("mongod");
    killOther(before.pid);
    await until("a restart", async () => (await unit("mongod")).restarts > 0);
    await until("health", async () => (await here("status")).exit === 0);
    expect(await unit("user-service")).toMatchObject({ restarts: 0 });
    expect((await user.ok("products", "list", "-q")).trim().split("\n")).toHaveLength(2);
    expect((await user.run(["audit", "--settle", "1s"])).exit).toBe(0);
  });

  test("restart ends a service in order and waits for the next one", async () => {
    const before = await unit("order-service");
    const { exit, stderr } = await here("restart", "order-service");
    const after = await unit("order-service");
    expect([exit, stderr]).toEqual([
      0,
      expect.stringContaining(`✓ order-service is running again (pid ${after.pid})\n`),
    ]);
    expect(stderr).not.toContain("killed");
    expect(after).toMatchObject({ status: "healthy", lastEnd: "exit code 0", restarts: 1 });
    expect(after.pid).not.toBe(before.pid);
    expect((await here("restart", "cart")).exit).toBe(2);
  });

  test("a service that was restarted runs the code of then, and the others that of their start", async () => {
    const before = (await state()).codes;
    const today = { supervisor: "today", user: "today", product: "today", order: "today" };
    const codes = spyOn(sourceCode, "sourceCodes").mockReturnValue(today);
    onTestFinished(() => codes.mockRestore());
    expect((await here("restart", "user")).exit).toBe(0);
    expect((await state()).codes).toEqual({ ...before, user: "today" });
  });

  test("restart ends a service that hangs by force", async () => {
    killOther((await unit("product-service")).pid, "SIGSTOP");
    const { exit, stderr } = await here("restart", "product");
    const after = await unit("product-service");
    expect([exit, stderr]).toEqual([
      0,
      expect.stringContaining(`✓ product-service is running again (pid ${after.pid})\n`),
    ]);
    expect(stderr).toStartWith("product-service did not shut down in time and was killed\n");
    expect(after).toMatchObject({ status: "healthy", lastEnd: "SIGKILL" });
  });

  test("Ctrl-C stops the services, then MongoDB, and keeps the data", async () => {
    const before = await state();
    user.signal("SIGINT");
    const { exit, stdout, stderr } = (await foreground) as Ran;
    foreground = undefined;
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^SERVICE +URL +SWAGGER PAGE\n/);
    const secrets = await readFile(join(dataDir, "secrets.json"), "utf8");
    const steps = [
      `Admin   admin@example.com, password ${(JSON.parse(secrets) as { adminPassword: string }).adminPassword}`,
      "stopping …",
      "order-service stopped",
      "mongod stopped",
      "Everything has stopped",
    ];
    const places = steps.map((step) => stderr.indexOf(step));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    nothingRuns(before);
    expect((await state()).phase).toBe("stopped");
    const status = await here("status");
    expect([status.exit, status.stderr]).toEqual([
      5,
      `It is not running (stopped). Try: ordersctl up --data-dir ${dataDir}\n`,
    ]);
    expect((await here("doctor")).stdout).toContain(`ports ${port}, ${port + 1}, ${port + 2} are free`);
  });
});

describe("up -d", () => {
  test("returns once everything is healthy, at the same ports and with the same data", async () => {
    // The folder it was typed in is gone at once: what is started again later must not need it.
    const folder = await mkdtemp(join(tmpdir(), "ordersctl-typed-in-"));
    const { exit, stdout, stderr } = await program(folder, "up", "-d");
    await rm(folder, { recursive: true });
    expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stderr).toContain("Running in the background (pid ");
    expect(stderr).toContain(`signed in as profile local-${port}: the next command works`);
    // It was printed once.
    expect(stderr).toContain("password in ");
    expect(stdout).toContain(`http://127.0.0.1:${port}/swagger`);
    expect(Object.values(await units()).every(({ restarts }) => restarts === 0)).toBe(true);
    expect((await user.ok("products", "list", "-q")).trim().split("\n")).toHaveLength(2);
    killOther((await unit("product-service")).pid);
    await until("a restart", async () => (await unit("product-service")).restarts > 0);
    await until("health", async () => (await here("status")).exit === 0);
  });

  test("what a killed supervisor leaves behind is seen, and the next up takes over", async () => {
    const before = await state();
    const supervisor = before.supervisor?.pid ?? 0;
    killOther(supervisor);
    await until("its end", async () => !(await isRunning(supervisor)));
    const status = await here("status");
    expect(status.exit).toBe(5);
    expect(status.stderr).toContain("nobody watches over these processes");
    const doctor = await here("doctor");
    expect([doctor.exit, doctor.stdout]).toEqual([6, expect.stringContaining("its supervisor was killed")]);
    // A lock of another process with a number that was used again fools nobody.
    await writeFile(join(dataDir, "supervisor.lock"), JSON.stringify({ pid: process.pid, birth: "another boot" }));
    const kept = await readFile(join(dataDir, "secrets.json"), "utf8");
    const late = { ADMIN_EMAIL: "late@example.com", ADMIN_PASSWORD: "another password" };
    const { exit, stderr } = await user.run(["up", "-d", "--data-dir", dataDir], { env: late });
    expect(exit).toBe(0);
    expect(stderr).toContain("could not be signed in");
    expect(stderr).toContain("ADMIN_EMAIL and ADMIN_PASSWORD only create the first administrator.");
    expect(stderr).toContain(
      `Admin   admin@example.com, password in ${join(dataDir, "secrets.json")} unless it was changed since\n`,
    );
    expect(stderr).not.toContain("signed in as profile");
    expect(await readFile(join(dataDir, "secrets.json"), "utf8")).toBe(kept);
    expect(stderr).toContain("Stopped what an earlier `up` left behind; its data is kept.");
    nothingRuns(before);
    expect((await here("status")).exit).toBe(0);
    expect((await user.ok("orders", "list", "-q")).trim()).toMatch(/^[0-9a-f]{24}$/);
  });

  test("what a supervisor started just before it was killed is found by down, without a word in the state", async () => {
    const before = await state();
    killOther(before.supervisor?.pid);
    await until("its end", async () => !(await isRunning(before.supervisor?.pid ?? 0)));
    const unheard = { port, restarts: 0, startedAtMs: 0 };
    const services = { user: unheard, product: { ...unheard, port: port + 1 }, order: { ...unheard, port: port + 2 } };
    const { mongod, ...others } = before;
    expect(mongod).toBeDefined();
    await writeFile(join(dataDir, "state.json"), JSON.stringify({ ...others, services }));
    // A mongod writes its number there only after a while.
    await writeFile(join(dataDir, "mongodb", "db", "mongod.lock"), "");
    const { exit, stderr } = await here("down");
    expect(exit).toBe(0);
    expect(stderr).toMatch(/order-service[^]*product-service[^]*user-service[^]*mongod \(pid \d+\) stopped/);
    nothingRuns(before);
    expect((await here("up", "-d")).exit).toBe(0);
  });

  test("backup copies a running stack, restore fills a stopped one", async () => {
    const folder = join(user.home, "backup");
    const backup = await here("backup", folder);
    expect([backup.exit, backup.stderr]).toEqual([0, expect.stringContaining(`✓ backup in ${folder}`)]);
    const running = await here("restore", folder, "--replace", "--yes");
    expect([running.exit, running.stderr]).toEqual([
      1,
      expect.stringMatching(/The stack is running \(.*\nTry: ordersctl down --data-dir /),
    ]);
    await user.ok("products", "create", "--name", "Later", "--price", "1");
    await here("down");
    const kept = await here("restore", folder);
    expect([kept.exit, kept.stderr]).toEqual([
      1,
      expect.stringMatching(/hold users, products or orders[^]*\nTry: the same command with --replace\n/),
    ]);
    expect((await here("restore", folder, "--replace")).exit).toBe(2);
    const restoring = here("restore", folder, "--replace", "--yes");
    await until("its lock", () => Bun.file(join(dataDir, "supervisor.lock")).exists());
    const early = await here("up", "-d");
    expect([early.exit, early.stderr]).toEqual([1, expect.stringContaining("restore is working on this data (pid ")]);
    const restored = await restoring;
    expect([restored.exit, restored.stderr]).toEqual([0, expect.stringMatching(/✓ restored \d+ documents/)]);
    expect(restored.stderr).toContain("  userdb.migrations: 1 document\n");
    nothingRuns(await state());
    expect((await here("up", "-d")).exit).toBe(0);
    expect((await user.ok("products", "list", "-q")).trim().split("\n")).toHaveLength(2);
    const elsewhere = ["--data-dir", join(user.home, "none")];
    expect((await user.run(["backup", `${folder} of none`, ...elsewhere])).stderr).toContain("No stack has run");
  });

  test("up while it stops waits for the end, and starts it again", async () => {
    const down = here("down");
    await until("stopping", async () => (await state()).phase === "stopping");
    const up = await here("up", "-d");
    expect([up.exit, up.stderr]).toEqual([0, expect.stringContaining("Running in the background")]);
    expect((await down).exit).toBe(0);
    expect((await here("status")).exit).toBe(0);
  });

  test("restart is heard by a supervisor that Ctrl-Z has stopped", async () => {
    expect((await here("up", "-d")).exit).toBe(0);
    killOther((await state()).supervisor?.pid, "SIGSTOP");
    expect(await here("restart", "order")).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining("is running again"),
    });
  });

  test("down stops everything, also after Ctrl-Z; a second one has nothing to do", async () => {
    const before = await state();
    killOther(before.supervisor?.pid, "SIGSTOP");
    const { exit, stderr } = await program(user.home, "down");
    expect([exit, stderr]).toEqual([0, `stopping (supervisor pid ${before.supervisor?.pid}) …\n✓ stopped\n`]);
    nothingRuns(before);
    expect((await here("down")).stderr).toBe("Nothing is running here.\n");
  });

  test("two at once on one folder start one stack, and neither fails", async () => {
    const both = await Promise.all([program(user.home, "up", "-d"), program(user.home, "up", "-d")]);
    const said = both.map(({ stderr }) => stderr).join("");
    expect({ exits: both.map(({ exit }) => exit), said }).toEqual({ exits: [0, 0], said: expect.any(String) });
    expect(said.match(/starting user-service/g)).toHaveLength(1);
    expect(said).toContain("Running in the background (pid ");
    expect(said).toMatch(/It is starting already|It is already running/);
    expect(await readdir(join(dataDir, "logs"))).toContain("up.log");
    await here("down");
  });

  test("down --volumes asks, and deletes what up made and nothing else", async () => {
    const asked = await here("down", "--volumes");
    expect([asked.exit, asked.stderr]).toEqual([2, expect.stringContaining("Try: the same command with --yes")]);
    const no = await user.run(["down", "--volumes", "--data-dir", dataDir], { isTty: true, stdin: "n\n" });
    expect([no.exit, no.stderr]).toEqual([3, expect.stringContaining("Cancelled.")]);
    expect(await readdir(dataDir)).toContain("mongodb");
    const stranger = join(user.home, "stranger");
    await mkdir(stranger);
    await writeFile(join(stranger, "state.json"), "{}");
    for (const folder of [user.home, stranger]) {
      const foreign = await user.run(["down", "--volumes", "--yes", "--data-dir", folder]);
      expect([foreign.exit, foreign.stderr]).toEqual([2, expect.stringContaining("Nothing was deleted.")]);
    }
    expect(await readdir(stranger)).toEqual(["state.json"]);
    expect((await here("down", "--volumes", "--yes")).exit).toBe(0);
    expect(await readdir(dataDir)).toEqual([]);
  });
});

/** Follows the user-service's log, asking `isEnough` of what was printed so far. */
async function followed(isEnough: (printed: string) => Promise<boolean>): Promise<Ran> {
  let isDone = false;
  const argv = ["logs", "user", "--follow", "--tail", "1", "-o", "ndjson", "--data-dir", dataDir];
  return await runUntil(argv, { env: user.env, cwd: user.home }, (printed) => {
    void isEnough(printed.stdout).then((done) => (isDone ||= done));
    return isDone;
  });
}
