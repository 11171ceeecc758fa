import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";

/** How long a process may take to end in order, in milliseconds. */
const END_MAX_MS = 8000;
/** Of Linux on every machine that Bun runs on. */
const TICKS_PER_SECOND = 100;

/** How a process begins. */
export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logPath: string;
}

/** A process with its children, in a group of its own. */
export class ProcessGroup {
  readonly #child: ChildProcess;
  readonly exited: Promise<void>;
  hasExited = false;

  constructor([command = "", ...args]: readonly string[], { cwd, env, logPath }: StartOptions) {
    const log = openSync(logPath, "a");
    this.#child = spawn(command, args, { cwd, env: { ...env }, detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    running.add(this);
    this.exited = new Promise((resolve) => {
      const end = () => {
        this.hasExited = true;
        running.delete(this);
        resolve();
      };
      this.#child.once("exit", end);
      this.#child.once("error", end);
    });
  }

  /** Processor time since its start, in seconds, of all processes of the group. */
  cpuSeconds(): number {
    return this.#pids().reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  }

  /** Resident memory in MiB; pages that processes share count for each. */
  rssMebibytes(): number {
    return this.#pids().reduce((sum, pid) => sum + rssMebibytesOf(pid), 0);
  }

  /** Ends it in order, by force after 8 s. */
  async stop(): Promise<void> {
    if (this.hasExited) return;
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), END_MAX_MS);
    await this.exited;
    clearTimeout(timer);
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch {
      // Gone already.
    }
  }

  #pids(): readonly number[] {
    const { pid } = this.#child;
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((candidate) => statOf(candidate)?.[2] === String(pid));
  }
}

const running = new Set<ProcessGroup>();

/** Ends every group at once, by force: for the end of this process. */
export function killAll(): void {
  for (const group of running) group.signal("SIGKILL");
}

/** Processor time of one process since its start, in seconds; 0 when it is gone. */
export function cpuSecondsOf(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)) / TICKS_PER_SECOND;
}

/** Processor time that the whole machine has spent, in seconds: everybody's, the kernel's included. */
export function machineCpuSeconds(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user, nice, system, , , irq, softIrq] = line.trim().split(/\s+/).slice(1).map(Number);
  return [user, nice, system, irq, softIrq].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) / TICKS_PER_SECOND;
}

function rssMebibytesOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The fields after the name: [0] state, [1] parent, [2] group, [11] and [12] user and system time in ticks. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
