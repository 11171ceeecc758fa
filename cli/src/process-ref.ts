import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { sleep } from "./environment.ts";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessRef {
  readonly pid: number;
  /** When it began, as the system tells it. */
  readonly birth: string;
}

const POLL_MS = 30;

/** The reference of a running process; undefined when there is none with this number. */
export function refOf(pid: number): ProcessRef | undefined {
  const birth = birthOf(pid);
  return birth === undefined ? undefined : { pid, birth };
}

function birthOf(pid: number): string | undefined {
  if (process.platform === "linux") return birthOnLinux(pid);
  return process.platform === "win32" ? birthOnWindows(pid) : birthByPs(pid);
}

export const isAlive = (ref: ProcessRef | undefined): ref is ProcessRef =>
  ref !== undefined && refOf(ref.pid)?.birth === ref.birth;

/** Whether a signal has stopped a process, such as that of Ctrl-Z. */
export function isStopped({ pid }: ProcessRef): boolean {
  if (process.platform === "win32") return false;
  if (process.platform === "linux") return statOnLinux(pid)?.[0] === "T";
  return spawnSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" })
    .stdout.trim()
    .startsWith("T");
}

/**
 * Ends a process in order, and by force when it is still there after `timeoutMs`.
 * @returns whether it had to be ended by force
 */
export async function endProcess(ref: ProcessRef, timeoutMs: number): Promise<boolean> {
  signal(ref, "SIGTERM");
  if (await hasEnded(ref, timeoutMs)) return false;
  signal(ref, "SIGKILL");
  await hasEnded(ref, timeoutMs);
  return true;
}

/** Waits for the end of a process, at most `timeoutMs`. */
export async function hasEnded(ref: ProcessRef, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; isAlive(ref); waitedMs += POLL_MS) {
    if (waitedMs >= timeoutMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Signals a process, if it is still the same one. */
export function signal(ref: ProcessRef, name: "SIGTERM" | "SIGKILL" | "SIGCONT"): void {
  if (!isAlive(ref)) return;
  try {
    process.kill(ref.pid, name);
  } catch {
    // It ended between the two lines.
  }
}

/** Resident memory in bytes; undefined where the system does not tell. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** The running processes whose command line ends with these words, with a blank before them. */
export function processesEndingWith(words: string): readonly ProcessRef[] {
  return processTable()
    .filter(([, command]) => command.endsWith(` ${words}`))
    .flatMap(([pid]) => refOf(pid) ?? []);
}

function processTable(): readonly (readonly [pid: number, command: string])[] {
  if (process.platform === "linux") {
    const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
    return pids.map((pid) => [pid, commandOnLinux(pid) ?? ""]);
  }
  const { stdout } = spawnSync("ps", ["-ww", "-axo", "pid=,command="], { encoding: "utf8" });
  return [...stdout.matchAll(/^ *(\d+) (.*\S)/gm)].map(([, pid, command = ""]) => [Number(pid), command]);
}

function commandOnLinux(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return undefined;
  }
}

/** Clock ticks since boot (field 22 of proc_pid_stat(5)) and the boot itself. A zombie has ended. */
function birthOnLinux(pid: number): string | undefined {
  const fields = statOnLinux(pid);
  if (fields === undefined || fields[0] === "Z" || fields[0] === "X") return undefined;
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${fields[19]}`;
}

/** The fields of proc_pid_stat(5) from the third on, its state. */
function statOnLinux(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function birthByPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return status === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
}

/** It tells no birth without a program of its own. The number has to do: what runs there holds a lock for a moment. */
function birthOnWindows(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // What may not be signalled is there.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return undefined;
  }
  return "unknown";
}
