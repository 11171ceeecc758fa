import type { Command } from "commander";
import type { Exit } from "../exit-codes.ts";
import { ensureFolder } from "../files.ts";
import { SAME_SIGNAL_MS } from "../interruptible.ts";
import { ensureConfigDir } from "../session/config-files.ts";
import { DEFAULT_PROFILE } from "../session/settings.ts";
import { startDetached } from "../stack/detached.ts";
import { serviceEntry, serviceNames, type StackLayout, stackLayout } from "../stack/layout.ts";
import { tightLimits } from "../stack/limits.ts";
import { type Holder, takeLock } from "../lock.ts";
import { atWork, supervisorOf } from "../stack/supervisor.ts";
import { endOrphans } from "../stack/orphans.ts";
import { assertFree, PORT_DEFAULT, portsFrom } from "../stack/ports.ts";
import { hasEnded, type ProcessRef } from "../process-ref.ts";
import { refuseHalfRestored } from "../stack/restore-mark.ts";
import { keepSecrets, stackSecrets } from "../stack/secrets.ts";
import { signInAdmin } from "../stack/sign-in.ts";
import { warnOfChangedCode } from "../stack/source-code.ts";
import { Stack } from "../stack/stack.ts";
import { readState } from "../stack/state.ts";
import { printSummary } from "../stack/summary.ts";
import { STACK_STOP_MAX_MS } from "../stack/unit.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface UpOptions {
  readonly port?: string;
  readonly dataDir?: string;
  readonly detach?: boolean;
  /** Set by `up -d` for the process that stays. */
  readonly detached?: boolean;
}

export const upVerb: Verb<UpOptions> = {
  usage: "up",
  summary: "Start MongoDB and the three services",
  description: `Starts MongoDB and the three services, waits until they are healthy, signs you in as the administrator, and
keeps everything running: a process that dies is restarted. Ctrl-C shuts everything down gracefully and exits 0; a second
Ctrl-C kills what is still running.

MongoDB is taken from the first of: MONGO_URI (a replica set), MONGOD_BIN, mongod on PATH, the cache, a download.
The first administrator is ADMIN_EMAIL with ADMIN_PASSWORD, else admin@example.com with a generated password.
Other variables for the services (LOG_LEVEL, SMTP_URL, OTEL_EXPORTER_OTLP_ENDPOINT …) are passed on.`,
  examples: [
    "ordersctl up",
    "ordersctl up -d   # return once it is healthy",
    "ordersctl up --port 4001 --data-dir /var/tmp/second   # a second one beside it",
    "MONGO_URI=mongodb://db.example.com/?replicaSet=rs0 ordersctl up",
  ],
  configure: (command: Command) =>
    command
      .option("-d, --detach", "return once everything is healthy; `ordersctl down` stops it")
      .option("--port <first>", `first of three ports (default: the last one used here, else ${PORT_DEFAULT})`)
      .option("--data-dir <path>", "where data, keys and logs are kept (default: .product-order in the checkout)")
      .addOption(command.createOption("--detached").hideHelp()),
  run: runUp,
};

async function runUp(options: UpOptions, tools: Tools): Promise<Exit> {
  const layout = stackLayout(tools.io, options.dataDir);
  for (const name of serviceNames) serviceEntry(name, tools.io.env);
  await ensureFolder(layout.dataDir, "ordersctl up --data-dir …   (a folder of your own)");
  const holder = await supervisorOf(layout.lockFile);
  if (holder !== undefined && !(await hasStopped(holder, layout, tools))) return tellRunning(holder, layout, tools);
  await refuseHalfRestored(layout);
  if (options.detach === true) return startDetached(layout, options, tools);
  const lock = await takeLock(layout.lockFile);
  if ("holder" in lock) return tellRunning(lock.holder, layout, tools);
  try {
    return await runStack(layout, options, tools);
  } finally {
    await lock.release();
  }
}

/** Waits for the end of a stack that somebody stops just now. */
async function hasStopped(holder: ProcessRef, layout: StackLayout, { talk }: Tools): Promise<boolean> {
  const state = await readState(layout);
  if (state?.phase !== "stopping" || state.supervisor?.pid !== holder.pid) return false;
  talk.say("It is shutting down; waiting …");
  return hasEnded(holder, STACK_STOP_MAX_MS);
}

/** @throws {CliError} when it is another command that works on the data */
async function tellRunning(holder: Holder, layout: StackLayout, tools: Tools): Promise<Exit> {
  const { talk, io } = tools;
  if (holder.task !== undefined) throw atWork(holder);
  const last = await readState(layout);
  // One that has only just begun has written nothing yet.
  const state = last?.supervisor?.pid === holder.pid ? last : undefined;
  if (state?.phase !== "ready") {
    talk.say(`It is ${state?.phase ?? "starting"} already: ordersctl status${layout.option}`);
    return "OK";
  }
  talk.say(`It is already running (pid ${holder.pid}).`);
  warnOfChangedCode(state, layout, talk);
  const secrets = await stackSecrets(layout, io.env);
  await printSummary(tools, { layout, secrets, state, isForeground: false });
  return "OK";
}

async function runStack(layout: StackLayout, options: UpOptions, tools: Tools): Promise<Exit> {
  const { io, talk } = tools;
  // The sign-in is kept there, once everything is healthy: too late to notice that it cannot be.
  await ensureConfigDir(io.env);
  const last = await readState(layout);
  const ended = await endOrphans(layout, last, talk);
  for (const limit of tightLimits()) talk.warn(`this system allows ${limit}`);
  if (ended > 0) talk.say("Stopped what an earlier `up` left behind; its data is kept.");
  const ports = portsFrom(options.port, last?.services.user.port ?? PORT_DEFAULT, layout);
  await assertFree(ports, layout);
  const secrets = await stackSecrets(layout, io.env);
  const profile = tools.globals.profile ?? (layout.isDefault ? DEFAULT_PROFILE : `${DEFAULT_PROFILE}-${ports.user}`);
  const stack = new Stack({ io, talk, layout, secrets, ports, mongodPort: last?.mongod?.port, profile });
  const asked = stopRequest(tools, stack);
  try {
    await stack.start();
    if (!asked.isAsked()) {
      const isSignedIn = await signInAdmin(tools, { ports, profile }, secrets);
      if (isSignedIn) await keepSecrets(layout, secrets);
      const state = await stack.ready(isSignedIn);
      // Whoever waits for a detached start prints it.
      if (options.detached !== true) await printSummary(tools, { layout, secrets, state, isForeground: true });
    }
    await asked.promise;
  } catch (error) {
    await stack.stop("failed");
    throw error;
  }
  await stack.stop();
  asked.forget();
  talk.say(`Everything has stopped; the data is kept. Start again: ordersctl up${layout.option}`);
  return "OK";
}

/** Resolves at the first Ctrl-C, SIGTERM or closed terminal; a second one ends what still runs by force. */
function stopRequest({ io, talk }: Tools, stack: Stack) {
  let askedAtMs: number | undefined;
  let resolveAsked: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (resolveAsked = resolve));
  const forget = io.onSignal(() => {
    if (askedAtMs === undefined) {
      askedAtMs = io.now();
      talk.say("\nstopping …");
      stack.abort();
      return resolveAsked();
    }
    if (io.now() - askedAtMs < SAME_SIGNAL_MS) return;
    talk.warn("killing what is still running");
    stack.kill();
  });
  return { promise, forget, isAsked: () => askedAtMs !== undefined };
}
