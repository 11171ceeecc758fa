import type { Stack } from "@pos/testing/stack";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "../environment.ts";
import type { Io, Signal } from "../io.ts";
import { runCli } from "../run-cli.ts";

/** What one command line came to. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user at a machine of their own: a home folder, an environment, and a terminal or none. */
export interface World {
  readonly home: string;
  readonly env: Record<string, string | undefined>;
  /** Runs a command line in this process. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The same for one that must succeed: its standard output. */
  ok(...argv: string[]): Promise<string>;
  /** The same for one that prints JSON. */
  json(...argv: string[]): Promise<unknown>;
  /** What the command that runs, or ran last, has written to standard error until now. */
  stderr(): string;
  /** Sends a signal to the command that runs. */
  signal(name: Signal): void;
  remove(): Promise<void>;
}

export interface RunOptions {
  /** What stands on standard input, or what is typed at the terminal, a line each. */
  readonly stdin?: string;
  /** Whether both ends are a terminal of 80 columns. */
  readonly isTty?: boolean;
  readonly columns?: number;
  readonly cwd?: string;
  /** Variables beside those of the world. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What a wait of the command is; without it the time passes as it does. */
  readonly sleep?: Io["sleep"];
}

/** A world without sign-in; with a stack its addresses are in the environment. */
export async function world(stack?: Stack): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), "ordersctl-test-"));
  const env: Record<string, string | undefined> = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    PATH: process.env["PATH"],
    ...(stack === undefined
      ? {}
      : {
          ORDERSCTL_USER_URL: stack.urls.user,
          ORDERSCTL_PRODUCT_URL: stack.urls.product,
          ORDERSCTL_ORDER_URL: stack.urls.order,
        }),
  };
  const listeners = new Set<(signal: Signal) => void>();
  let last = { stdout: "", stderr: "" };
  const run = async (argv: readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const written = (last = { stdout: "", stderr: "" });
    const exit = await runCli(argv, testIo({ env, home, options, listeners, written }));
    return { exit, ...written };
  };
  const ok = async (...argv: string[]): Promise<string> => {
    const { exit, stdout, stderr } = await run(argv);
    if (exit !== 0) throw new Error(`ordersctl ${argv.join(" ")} ended with ${exit}: ${stderr}`);
    return stdout;
  };
  return {
    home,
    env,
    run,
    ok,
    json: async (...argv) => JSON.parse(await ok(...argv, "-o", "json")) as unknown,
    stderr: () => last.stderr,
    signal: (name) => listeners.forEach((listener) => listener(name)),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/** One command line of somebody who has nothing: an empty home, and no stack. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const somebody = await world();
  try {
    return await somebody.run(argv, options);
  } finally {
    await somebody.remove();
  }
}

/** The lines that a command printed. */
export const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

function testIo(parts: {
  env: Io["env"];
  home: string;
  options: RunOptions;
  listeners: Set<(signal: Signal) => void>;
  written: { stdout: string; stderr: string };
}): Io {
  const { env, home, options, listeners, written } = parts;
  const { isTty = false, columns = 80, stdin = "" } = options;
  const lines = stdin.split("\n");
  return {
    stdout: { isTty, columns, write: (text) => void (written.stdout += text) },
    stderr: { isTty, columns, write: (text) => void (written.stderr += text) },
    stdin: {
      isTty,
      readAll: async () => stdin,
      async *chunks() {
        yield stdin;
      },
      readLine: async () => lines.shift(),
    },
    env: { ...env, ...options.env },
    cwd: options.cwd ?? home,
    now: () => Date.now(),
    sleep: options.sleep ?? sleep,
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
