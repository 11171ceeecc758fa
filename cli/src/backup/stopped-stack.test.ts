import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { stackLayout } from "../stack/layout.ts";
import { lockHolder } from "../stack/lock.ts";
import { freePorts, mongodBinary, until } from "../test/local-stack.ts";
import { type Ran, type World, world } from "../test/world.ts";

setDefaultTimeout(120_000);

// A stack that was stopped, with a backup of it: backup and restore start its MongoDB meanwhile.

let user: World;
let dataDir: string;
let folder: string;

const here = (...argv: readonly string[]): Promise<Ran> => user.run([...argv, "--data-dir", dataDir]);

beforeAll(async () => {
  user = await world();
  user.env["MONGOD_BIN"] = await mongodBinary();
  dataDir = join(user.home, "data");
  folder = join(user.home, "monday");
  expect(await here("up", "-d", "--port", String(await freePorts()))).toMatchObject({ exit: 0 });
  expect(await here("backup", folder)).toMatchObject({ exit: 0 });
  expect(await here("down")).toMatchObject({ exit: 0 });
});
afterAll(async () => {
  await here("down");
  await user.remove();
});

/** Begins a command, and waits until it works on the data. */
async function begin(...argv: readonly string[]): Promise<Promise<Ran>[]> {
  const running = here(...argv);
  const { lockFile } = stackLayout({ env: {}, cwd: user.home } as never, dataDir);
  await until("its lock", async () => (await lockHolder(lockFile)) !== undefined);
  return [running];
}

const partials = async () => (await readdir(user.home)).filter((name) => name.endsWith(".partial"));

test("Ctrl-C ends a backup with what it had begun", async () => {
  const [backup] = await begin("backup", join(user.home, "tuesday"));
  user.signal("SIGINT");
  expect(await backup).toMatchObject({ exit: 130, stderr: expect.stringContaining("Interrupted.") });
  expect(await partials()).toEqual([]);
  expect((await here("down")).stderr).toBe("Nothing runs here.\n");
});

test("Ctrl-C ends a restore with the mongod that it had started", async () => {
  const [restore] = await begin("restore", folder, "--replace", "--yes");
  user.signal("SIGTERM");
  expect(await restore).toMatchObject({ exit: 130, stderr: expect.stringContaining("Interrupted.") });
  expect((await here("down")).stderr).toBe("Nothing runs here.\n");
});

test("down leaves a restore alone", async () => {
  const [restore] = await begin("restore", folder, "--replace", "--yes");
  const refusal = { exit: 1, stderr: expect.stringContaining("restore is at work on this data (pid ") };
  expect(await here("down")).toMatchObject(refusal);
  expect(await here("down", "--volumes", "--yes")).toMatchObject(refusal);
  expect(await restore).toMatchObject({ exit: 0 });
});
