import type { Command } from "commander";
import { CliError } from "../errors.ts";
import type { Io } from "../io.ts";
import {
  dataDirOption,
  type ServiceName,
  serviceNamed,
  serviceNames,
  type StackLayout,
  stackLayout,
} from "../stack/layout.ts";
import { supervisorOf } from "../stack/supervisor.ts";
import { endProcess, isAlive, type ProcessRef, signal } from "../process-ref.ts";
import { portsOf, readState, type StackState, urlsOf } from "../stack/state.ts";
import { told } from "../stack/told.ts";
import { STOP_MAX_MS } from "../stack/unit.ts";
import { HEALTHY_MAX_MS, isHealthy, lastProblems } from "../stack/wait-healthy.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface RestartOptions {
  readonly service: string;
  readonly dataDir?: string;
}

const POLL_MS = 50;

export const restartVerb: Verb<RestartOptions> = {
  usage: "restart <service>",
  summary: "Restart one service",
  description: `Shuts down user, product or order gracefully (requests in flight finish), or kills it after
${STOP_MAX_MS / 1000} s; the supervisor starts it again.`,
  examples: ["ordersctl restart order"],
  argumentChoices: { service: serviceNames },
  configure: (command: Command) => command.option(...dataDirOption),
  run: runRestart,
};

async function runRestart({ service, dataDir }: RestartOptions, { io, talk }: Tools): Promise<void> {
  const name = serviceNamed(service);
  const layout = stackLayout(io, dataDir);
  const before = await readState(layout);
  const supervisor = await supervisorOf(layout.lockFile);
  if (before === undefined || supervisor === undefined)
    throw new CliError("Nothing is running here that could be restarted.", {
      exit: "UNREACHABLE",
      tries: [`ordersctl up${layout.option}`],
    });
  // One that Ctrl-Z has stopped starts nothing before it goes on.
  signal(supervisor, "SIGCONT");
  const old = before.services[name].process;
  if (isAlive(old) && (await endProcess(old, STOP_MAX_MS)))
    talk.say(`${name}-service did not shut down in time and was killed`);
  const again = runsAgain(name, { before, supervisor, layout, startedAtMs: io.now() }, io);
  const { pid } = await told(`${name}-service`, again, talk);
  talk.done(`${name}-service is running again (pid ${pid})`);
}

/** @throws {CliError} when the service ends again, or is not healthy within 5 minutes, or the stack ends */
async function runsAgain(
  name: ServiceName,
  stack: { before: StackState; supervisor: ProcessRef; layout: StackLayout; startedAtMs: number },
  io: Io,
): Promise<ProcessRef> {
  const { before, supervisor, layout, startedAtMs } = stack;
  const tries = [`ordersctl logs ${name}${layout.option}`, `ordersctl status${layout.option}`];
  const { process: old, restarts } = before.services[name];
  const url = urlsOf(portsOf(before))[name];
  const begunAtMs = performance.now();
  while (performance.now() - begunAtMs < HEALTHY_MAX_MS) {
    await io.sleep(POLL_MS);
    const now = (await readState(layout))?.services[name];
    if (now !== undefined && now.restarts > restarts + (now.process === undefined ? 0 : 1)) {
      const why = lastProblems(layout.logFile(name), startedAtMs);
      throw new CliError(`${name}-service ended again (${now.lastEnd}).`, { why, tries });
    }
    if (!isAlive(supervisor)) throw new CliError("The stack has ended.", { exit: "UNREACHABLE", tries });
    const next = now?.process;
    if (next !== undefined && next.pid !== old?.pid && isAlive(next) && (await isHealthy(url))) return next;
  }
  throw new CliError(`${name}-service did not become healthy again within ${HEALTHY_MAX_MS / 60_000} minutes.`, {
    exit: "CANCELLED",
    tries,
  });
}
