import type { Command } from "commander";
import { CliError } from "../errors.ts";
import { dataDirOption, serviceNamed, serviceNames, stackLayout } from "../stack/layout.ts";
import { supervisorOf } from "../stack/supervisor.ts";
import { endProcess, isAlive, signal } from "../process-ref.ts";
import { portsOf, readState, urlsOf } from "../stack/state.ts";
import { STOP_MAX_MS } from "../stack/unit.ts";
import { isHealthy } from "../stack/wait-healthy.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface RestartOptions {
  readonly service: string;
  readonly dataDir?: string;
}

const WAIT_MAX_MS = 30_000;
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
  const url = urlsOf(portsOf(before))[name];
  for (let waitedMs = 0; waitedMs < WAIT_MAX_MS; waitedMs += POLL_MS) {
    await io.sleep(POLL_MS);
    const now = (await readState(layout))?.services[name].process;
    if (now === undefined || now.pid === old?.pid || !isAlive(now) || !(await isHealthy(url))) continue;
    talk.done(`${name}-service is running again (pid ${now.pid})`);
    return;
  }
  throw new CliError(`${name}-service did not become healthy again within ${WAIT_MAX_MS / 1000} s.`, {
    exit: "CANCELLED",
    tries: [`ordersctl logs ${name}${layout.option}`, `ordersctl status${layout.option}`],
  });
}
