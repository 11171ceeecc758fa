import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { Writable } from "node:stream";

/**
 * `with-parent`: mongod is killed as soon as the process that started it is gone, even by `kill -9` (POSIX only).
 * `detached`: mongod goes on without it.
 * In both, mongod has its own process group, so that Ctrl-C reaches it only through whoever supervises it, and neither
 * keeps the parent's event loop alive.
 */
export type Lifetime = "with-parent" | "detached";

export interface MongodExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** Why it crashed, in words, where its log or its disk tells. */
  readonly reason?: string | undefined;
}

export interface MongodProcess {
  readonly pid: number;
  readonly exited: Promise<MongodExit>;
}

type Command = readonly [string, ...string[]];

interface Place {
  /** Open file that takes its output. */
  readonly log: number;
  readonly cwd: string;
}

/**
 * $0 is a name for `ps`, the rest the command. The pipe on stdin closes when the parent dies, however it dies; until then
 * `read` waits (on 4, since a shell gives its background jobs an empty stdin). mongod is this shell's own child, so its pid
 * cannot be taken by another process before it is killed. A signal to the guard alone must not part it from mongod.
 */
const WITH_PARENT = `
exec 4<&0 </dev/null
"$@" 3>&- 4<&- & child=$!
exec >/dev/null 2>&1
trap "" TERM INT HUP
echo "$child" >&3; exec 3>&-
( read -r _ <&4; kill -9 "$child" ) & guard=$!
exec 4<&-
wait "$child"; code=$?
kill -9 "$guard"
exit "$code"`;

/** A pipe end that the garbage collector takes would look like the parent's death. */
const heldOpen = new Set<unknown>();

/** Starts a command whose stdout and stderr are appended to `logPath`. */
export async function spawnMongod(
  command: Command,
  options: { readonly logPath: string; readonly lifetime: Lifetime },
): Promise<MongodProcess> {
  const log = openSync(options.logPath, "a", 0o600);
  // mongod does not start in a folder that is gone; the one that its parent was started in may be.
  const to: Place = { log, cwd: dirname(options.logPath) };
  try {
    return await (options.lifetime === "detached" ? spawnDetached(command, to) : spawnWithParent(command, to));
  } finally {
    closeSync(log);
  }
}

async function spawnDetached([program, ...parameters]: Command, { log, cwd }: Place): Promise<MongodProcess> {
  const child = spawn(program, parameters, { cwd, detached: true, stdio: ["ignore", log, log] });
  const exited = exitOf(child);
  child.unref();
  if (child.pid === undefined) {
    await exited;
    throw new Error(`${program} has no process id`);
  }
  return { pid: child.pid, exited };
}

async function spawnWithParent(command: Command, { log, cwd }: Place): Promise<MongodProcess> {
  const child = spawn("sh", ["-c", WITH_PARENT, "mongod-guard", ...command], {
    cwd,
    detached: true,
    stdio: ["pipe", log, log, "pipe"],
  });
  const exited = exitOf(child);
  const pidPipe = child.stdio[3] as NodeJS.ReadableStream;
  const pid = await new Promise<number>((resolve, reject) => {
    pidPipe.once("data", (text: Buffer) => resolve(Number(text.toString().trim())));
    // The end of the pipe comes after what was written to it; the guard's exit may be heard of before either.
    pidPipe.once("close", () => reject(new Error("the guard of mongod ended at once")));
    exited.catch(reject);
  });
  child.unref();
  unref(child.stdin);
  unref(pidPipe);
  heldOpen.add(child);
  void exited.then(() => heldOpen.delete(child));
  return { pid, exited };
}

function exitOf(child: ReturnType<typeof spawn>): Promise<MongodExit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      // A shell tells a child's death by signal as 128 + its number.
      const killed = code === 137 ? "SIGKILL" : code === 143 ? "SIGTERM" : undefined;
      resolve({ code: killed ? undefined : (code ?? undefined), signal: signal ?? killed });
    });
  });
}

function unref(stream: Writable | NodeJS.ReadableStream | null): void {
  if (stream && "unref" in stream && typeof stream.unref === "function") stream.unref();
}

const STOP_TIMEOUT_MS = 10_000;

/** Sends the signal and waits; after 10 s by force. A mongod that has ended already is left alone. */
export async function endProcess(child: MongodProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (await settledWithin(child.exited, 0)) return;
  process.kill(child.pid, signal);
  if (await settledWithin(child.exited, STOP_TIMEOUT_MS)) return;
  process.kill(child.pid, "SIGKILL");
  await child.exited;
}

async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  // Its timer is cleared, and until then it keeps the event loop alive, which an unreferenced child does not.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
