import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isAlive, type ProcessRef } from "../stack/process-ref.ts";
import type { StackState } from "../stack/state.ts";
import { type World, world } from "../test/world.ts";
import { killOther } from "../test-support/kill.ts";

const program = resolve(import.meta.dirname, "../main.ts");
setDefaultTimeout(120_000);

/** Far from the ports that people use, and below those that the system gives away; each run takes its own. */
const firstPort = 20_000 + (process.pid % 1200) * 10;

let home: World;
let dataDir: string;
beforeAll(async () => {
  home = await world();
  dataDir = join(await mkdtemp(join(tmpdir(), "ordersctl-up-")), "stack");
});
afterAll(async () => {
  await binary("down", "--data-dir", dataDir);
  await rm(resolve(dataDir, ".."), { recursive: true, force: true });
  await home.remove();
});

/** The real program in a process of its own. */
const binary = (...argv: string[]) => binaryIn(home.home, ...argv);

async function binaryIn(cwd: string, ...argv: string[]) {
  const child = Bun.spawn([process.execPath, program, ...argv], {
    env: { ...home.env, HOME: process.env["HOME"] },
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { exit, stdout, stderr };
}

const up = (...argv: string[]) => binary("up", "-d", "--data-dir", dataDir, ...argv);
const readState = async () => JSON.parse(await readFile(join(dataDir, "state.json"), "utf8")) as StackState;
/** In this process, so that what runs is counted. */
const here = (...argv: string[]) => home.run([...argv, "--data-dir", dataDir]);

async function eventually<Value>(read: () => Promise<Value>, isFine: (value: Value) => boolean): Promise<Value> {
  for (let attempt = 0; ; attempt++) {
    const value = await read();
    if (isFine(value) || attempt > 600) return value;
    await Bun.sleep(50);
  }
}

async function processOf(name: "mongod" | "user" | "product" | "order"): Promise<ProcessRef> {
  const { mongod, services } = await readState();
  const found = name === "mongod" ? mongod?.process : services[name].process;
  if (found === undefined) throw new Error(`${name} does not run`);
  return found;
}

describe("up", () => {
  test("refuses a port that is taken before anything is started", async () => {
    const server = await new Promise<Server>((done) => {
      const listening = createServer().listen(firstPort + 1, "127.0.0.1", () => done(listening));
    });
    const { exit, stderr } = await up("--port", String(firstPort));
    server.close();
    expect(exit).toBe(1);
    expect(stderr).toContain(`Port ${firstPort + 1}, which product-service needs, is taken`);
    expect(stderr).toContain(`Try: ordersctl up --port ${firstPort + 100}`);
    expect(stderr).toContain("Nothing was started");
    expect((await here("up", "--port", "x")).exit).toBe(2);
    expect((await here("status")).exit).toBe(5);
  });

  test("starts everything, signs in, shows the password once, and keeps it all private", async () => {
    // The folder it was typed in is gone at once: what is started again later must not need it.
    const folder = await mkdtemp(join(tmpdir(), "ordersctl-typed-in-"));
    const argv = ["up", "-d", "--data-dir", dataDir, "--port", String(firstPort)];
    const { exit, stdout, stderr } = await binaryIn(folder, ...argv);
    await rm(folder, { recursive: true });
    expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain(`http://127.0.0.1:${firstPort + 2}/swagger`);
    const secrets = JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8")) as Record<string, string>;
    expect(stderr).toContain(`password ${secrets["adminPassword"]}`);
    expect(await home.json("whoami")).toMatchObject({ email: "admin@example.com", role: "admin" });
    for (const [path, mode] of [
      ["", 0o700],
      ["secrets.json", 0o600],
      ["state.json", 0o600],
      ["logs/user.log", 0o600],
    ] as const)
      expect((await stat(join(dataDir, path))).mode & 0o777).toBe(mode);
    const again = await binary("up", "--data-dir", dataDir);
    expect(again.exit).toBe(0);
    expect(again.stderr).toContain("It runs already");
    expect(again.stderr).not.toContain(secrets["adminPassword"] ?? "");
    expect((await here("status", "--env")).stdout).toContain(`ORDERSCTL_USER_URL=http://127.0.0.1:${firstPort}`);
  });

  test("gives each service the variables it knows, and no secret of another", async () => {
    const environment = await readFile(`/proc/${(await processOf("product")).pid}/environ`, "utf8");
    const names = environment.split("\0").map((line) => line.split("=")[0]);
    expect(names).toContain("MONGO_URI");
    for (const foreign of ["KEY_ENCRYPTION_KEY", "ADMIN_PASSWORD", "SERVICE_CLIENTS", "XDG_CONFIG_HOME"])
      expect(names).not.toContain(foreign);
  });

  test.each(["product", "mongod"] as const)("starts %s again when it is killed, and says so", async (name) => {
    const before = await processOf(name);
    killOther(before.pid);
    const { exit } = await eventually(
      () => here("status"),
      (ran) => ran.exit === 0 && !isAlive(before),
    );
    expect(exit).toBe(0);
    expect((await processOf(name)).pid).not.toBe(before.pid);
    const rows = JSON.parse((await here("status", "-o", "json")).stdout) as {
      name: string;
      restarts: number;
      lastEnd: string;
    }[];
    expect(rows.find((row) => row.name.startsWith(name))).toMatchObject({ restarts: 1, lastEnd: "SIGKILL" });
    expect((await here("logs", "supervisor")).stdout).toContain("ended (SIGKILL); starting it again in 500 ms");
  });

  test("keeps what was written through all of that", async () => {
    expect((await home.run(["seed", "--users", "1", "--products", "2", "--orders", "3"])).exit).toBe(0);
    killOther((await processOf("mongod")).pid);
    await eventually(
      () => home.run(["health"]),
      ({ exit }) => exit === 0,
    );
    expect(await home.json("orders", "list")).toBeArrayOfSize(3);
    expect((await home.run(["audit", "--settle", "1s"])).exit).toBe(0);
  });

  test("restart ends one service in order and waits until it is back", async () => {
    const before = await processOf("user");
    const { exit, stderr } = await here("restart", "user-service");
    expect({ exit, stderr }).toMatchObject({ exit: 0 });
    expect(isAlive(before)).toBe(false);
    expect((await here("restart", "cart")).exit).toBe(2);
  });

  test("logs shows every service merged by time, one alone, or what was written", async () => {
    const all = (await here("logs", "--since", "1h")).stdout;
    for (const source of ["user ", "product ", "order ", "supervisor "]) expect(all).toContain(source);
    const times = all
      .split("\n")
      .map((line) => line.slice(0, 12))
      .filter((time) => /^\d\d:/.test(time));
    expect(times).toEqual(times.toSorted());
    expect((await here("logs", "mongod", "--tail", "3", "-o", "json")).stdout.trim().split("\n")).toHaveLength(3);
    expect((await here("logs", "cart")).exit).toBe(2);
    expect((await here("logs", "--tail", "0")).exit).toBe(2);
  });

  test("migrations of the running databases are told, and run again without harm", async () => {
    expect((await here("db", "migrate", "--dry-run")).stderr).toContain("Nothing is pending");
    expect((await here("db", "migrate")).stdout).toContain("applied");
  });

  test("takes over from a supervisor that was killed", async () => {
    const { supervisor } = await readState();
    const services = await Promise.all((["user", "mongod"] as const).map(processOf));
    killOther(supervisor?.pid);
    await eventually(
      async () => isAlive(supervisor),
      (alive) => !alive,
    );
    const orphaned = await here("status");
    expect(orphaned.exit).toBe(5);
    expect(orphaned.stderr).toContain("nobody watches over these processes");
    expect(services.every(isAlive)).toBe(true);
    // A lock or state of another process with a number that was used again fools nobody.
    await writeFile(join(dataDir, "supervisor.lock"), JSON.stringify({ pid: process.pid, birth: "another boot" }));
    expect((await up()).exit).toBe(0);
    expect(services.some(isAlive)).toBe(false);
    expect(await home.json("orders", "list")).toBeArrayOfSize(3);
  });

  test("down ends everything and leaves the data; with --volumes it asks first", async () => {
    const services = await Promise.all((["user", "product", "order", "mongod"] as const).map(processOf));
    const { exit } = await here("down");
    expect(exit).toBe(0);
    expect(services.some(isAlive)).toBe(false);
    expect((await here("down")).stderr).toContain("Nothing runs here");
    expect((await here("restart", "user")).exit).toBe(5);
    expect((await here("status")).stderr).toContain("Try: ordersctl up");
    expect((await here("down", "--volumes")).exit).toBe(2);
    expect((await here("down", "--volumes", "--yes")).exit).toBe(0);
    expect(await Bun.file(join(dataDir, "secrets.json")).exists()).toBe(false);
    const stranger = await mkdtemp(join(tmpdir(), "ordersctl-stranger-"));
    await writeFile(join(stranger, "state.json"), "{}");
    expect((await home.run(["down", "--volumes", "--yes", "--data-dir", stranger])).exit).toBe(2);
    expect(await Bun.file(join(stranger, "state.json")).exists()).toBe(true);
    await rm(stranger, { recursive: true });
  });
});

describe("up in the foreground", () => {
  test("ends everything in order at Ctrl-C and exits 0", async () => {
    const running = home.run(["up", "--data-dir", dataDir, "--port", String(firstPort)]);
    await eventually(
      () => readState().catch(() => undefined),
      (state) => state?.phase === "ready",
    );
    const services = await Promise.all((["user", "product", "order", "mongod"] as const).map(processOf));
    home.signal("SIGINT");
    const { exit, stdout, stderr } = await running;
    expect({ exit, stderr: exit === 0 ? "" : stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain("SWAGGER PAGE");
    const stops = [...stderr.matchAll(/✓ ([\w-]+) stopped/g)].map(([, name]) => name);
    expect(stops.at(0)).toBe("order-service");
    expect(stops.at(-1)).toBe("mongod");
    expect(services.some(isAlive)).toBe(false);
  });

  test("tells why a service does not start, and leaves nothing running", async () => {
    home.env["LOG_LEVEL"] = "loud";
    const { exit, stderr } = await home.run(["up", "--data-dir", dataDir, "--port", String(firstPort)]);
    delete home.env["LOG_LEVEL"];
    expect(exit).toBe(1);
    expect(stderr).toContain("-service ended with exit code 1");
    expect(stderr).toContain("LOG_LEVEL must be one of");
    const { phase, services, mongod } = await readState();
    expect(phase).toBe("failed");
    expect([services.user.process, services.order.process, mongod?.process]).toEqual([undefined, undefined, undefined]);
  });

  test("refuses a MONGO_URI that leads nowhere, with the next step", async () => {
    home.env["MONGO_URI"] = "mongodb://127.0.0.1:1/?replicaSet=rs0";
    const { exit, stderr } = await home.run(["up", "--data-dir", dataDir]);
    const doctor = await home.run(["doctor", "--data-dir", dataDir]);
    delete home.env["MONGO_URI"];
    expect(exit).toBe(1);
    expect(stderr).toContain("MONGO_URI");
    expect(doctor.exit).toBe(6);
  });
});
