import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError } from "../errors.ts";
import type { Exit } from "../exit-codes.ts";
import { shellWord } from "../output/text.ts";
import type { Tools } from "../tools.ts";
import type { StackLayout } from "./layout.ts";
import { lockHolder } from "../lock.ts";
import { isAlive, type ProcessRef, refOf, signal } from "../process-ref.ts";
import { stackSecrets } from "./secrets.ts";
import { shipped } from "./shipped.ts";
import { readState } from "./state.ts";
import { printSummary } from "./summary.ts";

const POLL_MS = 40;

/**
 * Starts the supervisor as a process of its own, tells what it tells until everything is healthy, and leaves it.
 * @throws {CliError} when it ends instead
 */
export async function startDetached(
  layout: StackLayout,
  options: { readonly port?: string },
  tools: Tools,
): Promise<Exit> {
  const { io, talk } = tools;
  mkdirSync(layout.logDir, { recursive: true, mode: 0o700 });
  const console = join(layout.logDir, "up.log");
  const output = newOutput(console);
  const child = spawnSupervisor(layout, output.write, options, tools);
  let isCancelled = false;
  const forget = io.onSignal(() => {
    isCancelled = true;
    signal(child, "SIGTERM");
  });
  let isTold = false;
  let unread: Buffer = Buffer.alloc(0);
  const tell = () => {
    unread = Buffer.concat([unread, readFileSync(output.read)]);
    const end = unread.lastIndexOf("\n") + 1;
    const lines = unread.toString("utf8", 0, end);
    unread = unread.subarray(end);
    isTold ||= lines !== "";
    if (lines !== "" && tools.globals.quiet !== true) io.stderr.write(lines);
  };
  try {
    while (isAlive(child)) {
      tell();
      const state = await readState(layout);
      if (!isCancelled && state?.phase === "ready" && state.supervisor?.pid === child.pid) {
        talk.say(`Running in the background (pid ${child.pid}).`);
        const secrets = await stackSecrets(layout, io.env);
        await printSummary(tools, { layout, secrets, state, isForeground: false });
        return "OK";
      }
      await io.sleep(POLL_MS);
    }
    tell();
  } finally {
    forget();
    closeSync(output.read);
  }
  if (isCancelled) return "INTERRUPTED";
  // Another `up` at the same time was faster: that stands above.
  if ((await lockHolder(layout.lockFile)) !== undefined) return "OK";
  // Why stands above, in its own words.
  if (isTold && tools.globals.quiet !== true) return "FAILED";
  throw new CliError("The stack did not start.", { tries: [`less ${shellWord(console)}`] });
}

/** A new file for one supervisor: another one at the same time writes into its own, whichever keeps the name. */
function newOutput(path: string): { readonly write: number; readonly read: number } {
  const temporary = `${path}.${process.pid}`;
  const write = openSync(temporary, "w", 0o600);
  const read = openSync(temporary, "r");
  renameSync(temporary, path);
  return { write, read };
}

function spawnSupervisor(
  layout: StackLayout,
  output: number,
  options: { readonly port?: string },
  { io, globals }: Tools,
): ProcessRef {
  const program = shipped() === undefined ? [resolve(import.meta.dirname, "../main.ts")] : [];
  const flags = [
    ...["--data-dir", layout.dataDir, "--color", "never"],
    ...(options.port === undefined ? [] : ["--port", options.port]),
    ...(globals.profile === undefined ? [] : ["--profile", globals.profile]),
  ];
  try {
    const child = spawn(process.execPath, [...program, "up", "--detached", ...flags], {
      // The folder that `up -d` was typed in may be gone long before the stack is.
      cwd: layout.dataDir,
      env: io.env,
      detached: true,
      stdio: ["ignore", output, output],
    });
    child.unref();
    const ref = child.pid === undefined ? undefined : refOf(child.pid);
    if (ref === undefined) throw new CliError("The supervisor could not be started.", { tries: ["ordersctl up"] });
    return ref;
  } finally {
    closeSync(output);
  }
}
