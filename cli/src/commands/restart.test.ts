import { expect, onTestFinished, spyOn, test } from "bun:test";
import type { Subprocess } from "bun";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refOf } from "../process-ref.ts";
import { world } from "../test/world.ts";

/**
 * `restart user` of a stack whose services have ended, at an address that answers. Its waits take no time and count
 * fifty-fold: what is said after 3 s of a real clock stays out on any machine. Each calls `meanwhile` with how long it has
 * waited.
 */
async function restart(
  meanwhile: (waitedMs: number, stack: { write: (user: object) => Promise<void>; supervisor: Subprocess }) => unknown,
) {
  const person = await world();
  const dataDir = join(person.home, "data");
  await mkdir(dataDir);
  const supervisor = Bun.spawn(["sleep", "60"], { stderr: "ignore" });
  await writeFile(join(dataDir, "supervisor.lock"), JSON.stringify(refOf(supervisor.pid)));
  const service = Bun.serve({ port: 0, fetch: () => new Response() });
  const beganMs = performance.now();
  let waitedMs = 0;
  const clock = spyOn(performance, "now").mockImplementation(() => beganMs + waitedMs);
  onTestFinished(async () => {
    clock.mockRestore();
    await service.stop(true);
    supervisor.kill("SIGKILL");
    await person.remove();
  });
  const ended = { port: service.port, restarts: 4, startedAtMs: 0, lastEnd: "exit code 1" };
  const write = (user: object) => {
    const services = { user: { ...ended, ...user }, product: ended, order: ended };
    const state = { phase: "ready", database: "", adminEmail: "a@example.com", profile: "default", services };
    return writeFile(join(dataDir, "state.json"), JSON.stringify(state));
  };
  await write({});
  const sleep = async (milliseconds: number) => {
    waitedMs += milliseconds * 50;
    await meanwhile(waitedMs, { write, supervisor });
  };
  const { exit, stderr } = await person.run(["restart", "user", "--data-dir", dataDir], { sleep });
  return { exit, stderr: stderr.replaceAll(dataDir, "DIR"), waitedMs };
}

test("waits as long as up for a service that takes its time", async () => {
  const running = { process: refOf(process.pid), restarts: 5 };
  const slow = await restart((waitedMs, { write }) => waitedMs > 290_000 && write(running));
  expect(slow).toMatchObject({ exit: 0, stderr: `✓ user-service is running again (pid ${process.pid})\n` });
  const never = await restart(() => undefined);
  expect([never.exit, never.stderr, Math.round(never.waitedMs / 1000)]).toEqual([
    3,
    "error: user-service did not become healthy again within 5 minutes.\n" +
      "Try: ordersctl logs user --data-dir DIR\n     ordersctl status --data-dir DIR\n",
    300,
  ]);
});

test("ends with the service that it waits for, and with the stack", async () => {
  const tries = "Try: ordersctl logs user --data-dir DIR\n     ordersctl status --data-dir DIR\n";
  for (const again of [{ restarts: 5 }, { restarts: 6, process: refOf(process.pid) }]) {
    const crashed = await restart((waitedMs, { write }) => waitedMs > 500 && write(again));
    expect([crashed.exit, crashed.stderr]).toEqual([1, `error: user-service ended again (exit code 1).\n${tries}`]);
  }
  const stopped = await restart(async (_, { supervisor }) => {
    supervisor.kill();
    await supervisor.exited;
  });
  expect([stopped.exit, stopped.stderr]).toEqual([5, `error: The stack has ended.\n${tries}`]);
});
