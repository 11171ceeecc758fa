import { expect, onTestFinished, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { takeLock } from "../lock.ts";
import { isStopped, refOf } from "../process-ref.ts";
import { sourceCodes } from "../stack/source-code.ts";
import { until } from "../test/local-stack.ts";
import { world } from "../test/world.ts";

test("names the log of each unit that does not run or is not healthy", async () => {
  const user = await world();
  const dataDir = join(user.home, "data");
  await mkdir(dataDir);
  // Its supervisor lives; two services have ended, and one answers nobody.
  const lock = await takeLock(join(dataDir, "supervisor.lock"));
  if ("holder" in lock) throw new Error("somebody holds it");
  const gone = { port: 1, restarts: 3, startedAtMs: 0, lastEnd: "exit code 1" };
  const codes = sourceCodes();
  const services = { user: gone, product: { ...gone, process: refOf(process.pid) }, order: gone };
  const state = { phase: "ready", database: "", adminEmail: "a@example.com", profile: "default", services, codes };
  await writeFile(join(dataDir, "state.json"), JSON.stringify(state));
  const { exit, stderr } = await user.run(["status", "--data-dir", dataDir]);
  expect([exit, stderr]).toEqual([
    5,
    [
      `user-service is stopped. Try: ordersctl logs user --data-dir ${dataDir}\n`,
      `product-service is unhealthy. Try: ordersctl logs product --data-dir ${dataDir}\n`,
      `order-service is stopped. Try: ordersctl logs order --data-dir ${dataDir}\n`,
    ].join(""),
  ]);
  await lock.release();
  // As after a power cut, or a kill -9 of all of it.
  await writeFile(
    join(dataDir, "state.json"),
    JSON.stringify({ ...state, services: { user: gone, product: gone, order: gone } }),
  );
  expect(await user.run(["status", "--data-dir", dataDir])).toMatchObject({
    exit: 5,
    stderr: `It is not running (killed). Try: ordersctl up --data-dir ${dataDir}\n`,
  });
  await user.remove();
});

test("status and doctor tell of a supervisor that Ctrl-Z has stopped", async () => {
  const user = await world();
  const dataDir = join(user.home, "data");
  await mkdir(dataDir, { mode: 0o700 });
  const supervisor = Bun.spawn(["sleep", "60"], { stderr: "ignore" });
  onTestFinished(() => supervisor.kill("SIGKILL"));
  const self = refOf(process.pid);
  const unit = { process: self, port: 1, restarts: 0, startedAtMs: 0 };
  const services = { user: unit, product: unit, order: unit };
  const state = { phase: "ready", database: "", adminEmail: "a@example.com", profile: "default", services };
  await writeFile(join(dataDir, "state.json"), JSON.stringify(state));
  await writeFile(join(dataDir, "supervisor.lock"), JSON.stringify(refOf(supervisor.pid)));
  const why = "supervisor is stopped by a signal, as Ctrl-Z sends one";
  expect((await user.run(["status", "--data-dir", dataDir])).stderr).not.toContain(why);
  supervisor.kill("SIGSTOP");
  await until("it stands still", () => isStopped({ pid: supervisor.pid, birth: "" }));
  const fix = `kill -CONT ${supervisor.pid}   (or fg in its terminal)`;
  const status = await user.run(["status", "--data-dir", dataDir]);
  expect([status.exit, status.stderr]).toEqual([
    5,
    expect.stringContaining(`nobody watches over these processes: their ${why}. Try: ${fix}\n`),
  ]);
  const doctor = await user.run(["doctor", "--data-dir", dataDir, "-o", "json"]);
  expect(JSON.parse(doctor.stdout)).toContainEqual({
    name: "Stack",
    status: "problem",
    detail: `running, but its ${why}`,
    fix,
  });
  await user.remove();
});

test("tells of code that has changed since the stack was started, and of nothing else", async () => {
  const user = await world();
  const dataDir = join(user.home, "data");
  await mkdir(dataDir);
  const lock = await takeLock(join(dataDir, "supervisor.lock"));
  if ("holder" in lock) throw new Error("somebody holds it");
  const unit = { port: 1, restarts: 0, startedAtMs: 0, process: refOf(process.pid) };
  const services = { user: unit, product: unit, order: unit };
  const state = { phase: "ready", database: "", adminEmail: "a@example.com", profile: "default", services };
  const told = async (codes: object | undefined) => {
    await writeFile(join(dataDir, "state.json"), JSON.stringify({ ...state, codes }));
    return (await user.run(["status", "--data-dir", dataDir])).stderr;
  };
  const at = `--data-dir ${dataDir}`;
  const changed = "warning: the code has changed since the start of";
  const all = "supervisor, user-service, product-service, order-service";
  expect(await told(undefined)).toEndWith(`${changed} ${all}.\nTry: ordersctl down ${at} && ordersctl up -d ${at}\n`);
  expect(await told({ ...sourceCodes(), user: "older" })).toEndWith(
    `${changed} user-service.\nTry: ordersctl restart user ${at}\n`,
  );
  expect(await told(sourceCodes())).not.toContain(changed);
  await lock.release();
  await user.remove();
});

test("nothing has run for less than no time when the clock was set back", async () => {
  const user = await world();
  const dataDir = join(user.home, "data");
  await mkdir(dataDir);
  const unit = { port: 1, restarts: 0, startedAtMs: Date.now() + 3_600_000, process: refOf(process.pid) };
  const services = { user: unit, product: unit, order: unit };
  const state = { phase: "ready", database: "", adminEmail: "a@example.com", profile: "default", services };
  await writeFile(join(dataDir, "state.json"), JSON.stringify(state));
  const { stdout } = await user.run(["status", "--data-dir", dataDir]);
  expect(stdout).toMatch(/user-service +unhealthy +\d+ +0 ms/);
  await user.remove();
});
