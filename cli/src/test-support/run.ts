import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "../environment.ts";
import type { Io, Output, Signal } from "../io.ts";
import { runCli } from "../run-cli.ts";

/** The world of a command in a test. */
export interface TestWorld {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Whether all three streams are a terminal, and how wide. */
  readonly terminalColumns?: number;
  readonly cwd?: string;
  /** Abort it and the command gets SIGINT. */
  readonly interrupt?: AbortSignal;
}

/** How a command ended, and what it said. */
export interface TestRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home of its own for each test process: no setting of whoever runs the tests counts. */
export const testHome = mkdtempSync(join(tmpdir(), "ordersctl-test-"));
process.on("exit", () => rmSync(testHome, { recursive: true, force: true }));

/** Runs a command line in this process, with nothing of the real environment but what `world` gives. */
export async function run(argv: readonly string[], world: TestWorld = {}): Promise<TestRun> {
  const stdout = collector(world.terminalColumns);
  const stderr = collector(world.terminalColumns);
  const code = await runCli(argv, testIo(world, stdout, stderr));
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** The lines that a command printed. */
export const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

function testIo(world: TestWorld, stdout: Output, stderr: Output): Io {
  const lines = (world.stdin ?? "").split("\n");
  return {
    stdout,
    stderr,
    stdin: {
      isTty: world.terminalColumns !== undefined,
      readAll: async () => world.stdin ?? "",
      readLine: async () => lines.shift(),
    },
    env: { HOME: testHome, PATH: process.env["PATH"], ...world.env },
    cwd: world.cwd ?? testHome,
    now: () => Date.now(),
    sleep,
    onSignal(listener: (signal: Signal) => void) {
      const listen = () => listener("SIGINT");
      world.interrupt?.addEventListener("abort", listen);
      return () => world.interrupt?.removeEventListener("abort", listen);
    },
  };
}

function collector(columns: number | undefined): Output & { text(): string } {
  let all = "";
  return {
    write: (text) => void (all += text),
    isTty: columns !== undefined,
    columns: columns ?? 80,
    text: () => all,
  };
}
