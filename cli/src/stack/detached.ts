import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError } from "../errors.ts";
import type { Exit } from "../exit-codes.ts";
import type { Tools } from "../tools.ts";
import type { StackLayout } from "./layout.ts";
import { isAlive, type ProcessRef, refOf, signal } from "./process-ref.ts";
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
  const child = spawnSupervisor(layout, console, options, tools);
  let isCancelled = false;
  const forget = io.onSignal(() => {
    isCancelled = true;
    signal(child, "SIGTERM");
  });
  let told = 0;
  const tell = () => {
    const text = readFileSync(console, "utf8");
    const lines = text.slice(told, text.lastIndexOf("\n") + 1);
    told += lines.length;
    if (lines !== "" && tools.globals.quiet !== true) io.stderr.write(lines);
  };
  try {
    while (isAlive(child)) {
      tell();
      const state = await readState(layout);
      if (!isCancelled && state?.phase === "ready" && state.supervisor?.pid === child.pid) {
        talk.say(`It runs in the background (pid ${child.pid}).`);
        const secrets = await stackSecrets(layout, io.env);
        await printSummary(tools, { layout, secrets, state, isForeground: false });
        return "OK";
      }
      await io.sleep(POLL_MS);
    }
    tell();
  } finally {
    forget();
  }
  if (isCancelled) return "INTERRUPTED";
  // Why stands above, in its own words.
  if (told > 0 && tools.globals.quiet !== true) return "FAILED";
  throw new CliError("It did not come up.", { tries: [`less ${console}`] });
}

function spawnSupervisor(
  layout: StackLayout,
  console: string,
  options: { readonly port?: string },
  { io, globals }: Tools,
): ProcessRef {
  const program = shipped() === undefined ? [resolve(import.meta.dirname, "../main.ts")] : [];
  const flags = [
    ...["--data-dir", layout.dataDir, "--color", "never"],
    ...(options.port === undefined ? [] : ["--port", options.port]),
    ...(globals.profile === undefined ? [] : ["--profile", globals.profile]),
  ];
  const output = openSync(console, "w", 0o600);
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
