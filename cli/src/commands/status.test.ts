import { expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { takeLock } from "../lock.ts";
import { refOf } from "../process-ref.ts";
import { world } from "../test/world.ts";

test("names the log of each unit that does not run or is not healthy", async () => {
  const user = await world();
  const dataDir = join(user.home, "data");
  await mkdir(dataDir);
  // Its supervisor lives; two services have ended, and one answers nobody.
  const lock = await takeLock(join(dataDir, "supervisor.lock"));
  if ("holder" in lock) throw new Error("somebody holds it");
  const gone = { port: 1, restarts: 3, startedAtMs: 0, lastEnd: "exit code 1" };
  const services = { user: gone, product: { ...gone, process: refOf(process.pid) }, order: gone };
  const state = { phase: "ready", database: "", adminEmail: "a@example.com", profile: "default", services };
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
    stderr: `It does not run (killed). Try: ordersctl up --data-dir ${dataDir}\n`,
  });
  await user.remove();
});
