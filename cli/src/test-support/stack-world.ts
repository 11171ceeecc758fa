import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pos/testing/stack";
import { run, type TestRun, type TestWorld } from "./run.ts";

/** A home of its own, with the addresses of a stack in its environment. */
export interface StackWorld {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command line in it. */
  run(argv: readonly string[], world?: TestWorld): Promise<TestRun>;
  /** Signs in with the real `login`; the administrator when nobody is named. */
  signIn(email?: string): Promise<void>;
  remove(): Promise<void>;
}

/** The password of everybody whom `startStack` and its `customer()` make. */
const PASSWORD = "correct horse battery";

/** The world of somebody who uses a stack; nobody is signed in. */
export async function stackWorld(stack: Stack): Promise<StackWorld> {
  const home = await mkdtemp(join(tmpdir(), "ordersctl-world-"));
  const env = {
    HOME: home,
    ORDERSCTL_USER_URL: stack.urls.user,
    ORDERSCTL_PRODUCT_URL: stack.urls.product,
    ORDERSCTL_ORDER_URL: stack.urls.order,
  };
  const runHere = (argv: readonly string[], world: TestWorld = {}) =>
    run(argv, { ...world, cwd: world.cwd ?? home, env: { ...env, ...world.env } });
  return {
    home,
    env,
    run: runHere,
    async signIn(email = stack.adminAccount.adminEmail) {
      const { code, stderr } = await runHere(["login", "--email", email, "--password-stdin"], { stdin: PASSWORD });
      if (code !== 0) throw new Error(stderr);
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
