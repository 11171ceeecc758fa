import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

export interface CommandOptions {
  readonly cwd: string;
  /** The file that takes stdout and stderr in the order they were written; made anew. */
  readonly logFile: string;
  /** Longest run in milliseconds; then the process is killed. */
  readonly timeoutMs: number;
  /** Added to the environment of this process; `undefined` takes a variable out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly timedOut: boolean;
  /** Everything the command printed, without colour codes. */
  readonly output: string;
}

const running = new Set<Bun.Subprocess>();

/** Runs a command without stdin, its output in a file, and never throws for a command that fails. */
export async function runCommand(command: readonly string[], options: CommandOptions): Promise<CommandResult> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  // One descriptor for both streams keeps their lines in the order they were written.
  const log = openSync(options.logFile, "w");
  let timedOut = false;
  try {
    const child = Bun.spawn([...command], {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...options.environment },
      stdin: "ignore",
      stdout: log,
      stderr: log,
    });
    running.add(child);
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, options.timeoutMs);
    const exitCode = await child.exited;
    clearTimeout(timer);
    running.delete(child);
    return { exitCode, timedOut, output: Bun.stripANSI(await Bun.file(options.logFile).text()) };
  } finally {
    closeSync(log);
  }
}

/** Ends what `runCommand` still runs, for an interrupted verify. */
export function stopRunningCommands(): void {
  for (const child of running) child.kill("SIGTERM");
}
