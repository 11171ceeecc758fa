import { sleep } from "../environment.ts";
import { CliError } from "../errors.ts";
import type { Io } from "../io.ts";
import { runCli } from "../run-cli.ts";
import type { Ran } from "./world.ts";

const WAIT_MAX_MS = 20_000;

/**
 * Runs a command that a person ends with Ctrl-C, until `isEnough` says so of what it has printed. A terminal of 100
 * columns where `isTty`.
 */
export async function runUntil(
  argv: readonly string[],
  { env, cwd, isTty = false }: { env: Io["env"]; cwd: string; isTty?: boolean },
  isEnough: (printed: Ran) => boolean,
): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const endMs = Date.now() + WAIT_MAX_MS;
  const stream = (take: (text: string) => void) => ({ write: take, isTty, columns: 100 });
  const exit = await runCli(argv, {
    stdout: stream((text) => void (stdout += text)),
    stderr: stream((text) => void (stderr += text)),
    stdin: { isTty, readAll: async () => "", chunks: async function* () {}, readLine: async () => undefined },
    env,
    cwd,
    now: () => Date.now(),
    // The process would end here, at whatever the command waits for.
    async sleep(milliseconds, signal) {
      if (isEnough({ exit: 0, stdout, stderr })) throw new CliError("Interrupted.", { exit: "INTERRUPTED" });
      if (Date.now() > endMs) throw new Error(`never enough:\n${stdout}\n${stderr}`);
      await sleep(Math.min(milliseconds, 100), signal);
    },
    onSignal: () => () => undefined,
  });
  return { exit, stdout, stderr };
}
