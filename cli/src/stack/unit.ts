import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { endProcess, refOf } from "../process-ref.ts";
import { withMemoryKill } from "./memory-kills.ts";
import { shipped } from "./shipped.ts";

/** How a process ended. */
export interface UnitEnd {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** In words, where it is known. */
  readonly reason?: string | undefined;
}

/** A running process of the stack. */
export interface RunningUnit {
  readonly pid: number;
  readonly ended: Promise<UnitEnd>;
  /** Ends it in order, by force when that takes too long. */
  stop(): Promise<void>;
}

/** A process that the supervisor keeps running. */
export interface Unit {
  readonly name: string;
  start(): Promise<RunningUnit>;
}

/** A service drains for up to 10 s and then closes its database; after this it is ended by force. */
export const STOP_MAX_MS = 15_000;
/** Three services drain one after the other, then mongod. */
export const STACK_STOP_MAX_MS = 70_000;

/**
 * Starts a program of ours with this Bun, in a process group of its own: Ctrl-C reaches it through the supervisor
 * alone, so that the order of the stop is kept. Its output is appended to a file, which outlives the supervisor.
 */
export async function startProgram(options: {
  program: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  logFile: string;
}): Promise<RunningUnit> {
  mkdirSync(options.cwd, { recursive: true, mode: 0o700 });
  const log = openSync(options.logFile, "a", 0o600);
  try {
    // A .env of the working directory is not this program's: it gets exactly what it was given.
    const child = spawn(process.execPath, ["--no-env-file", ...options.program], {
      cwd: options.cwd,
      // A shipped program is Bun as well: told so, it runs the bundle it is given.
      env: shipped() === undefined ? options.env : { ...options.env, BUN_BE_BUN: "1" },
      detached: true,
      stdio: ["ignore", log, log],
    });
    const ended = new Promise<UnitEnd>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
    });
    if (child.pid === undefined) {
      await ended;
      throw new Error(`${options.program.join(" ")} has no process id`);
    }
    const ref = refOf(child.pid);
    return {
      pid: child.pid,
      ended: withMemoryKill(ended),
      stop: async () => {
        if (ref !== undefined) await endProcess(ref, STOP_MAX_MS);
        await ended;
      },
    };
  } finally {
    closeSync(log);
  }
}

/** In words: `exit code 1`, `SIGKILL: probably for lack of memory`, `SIGABRT: the disk is full`. */
export const describeEnd = ({ code, signal, reason }: UnitEnd): string =>
  `${signal ?? `exit code ${code}`}${reason === undefined ? "" : `: ${reason}`}`;
