import { rm } from "node:fs/promises";
import type { Command } from "commander";
import { CliError, usageError } from "../errors.ts";
import { dataDirOption, DATA_DIR_NAME, type StackLayout, stackLayout } from "../stack/layout.ts";
import { supervisorOf } from "../stack/supervisor.ts";
import { endOrphans } from "../stack/orphans.ts";
import { hasEnded, signal } from "../process-ref.ts";
import { readState, writeState } from "../stack/state.ts";
import { STACK_STOP_MAX_MS } from "../stack/unit.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface DownOptions {
  readonly dataDir?: string;
  readonly volumes?: boolean;
}

export const downVerb: Verb<DownOptions> = {
  usage: "down",
  summary: "Stop what `up` started",
  description: `Shuts down the services, then MongoDB, including what an earlier \`up\` left behind. Data is kept.`,
  examples: ["ordersctl down", "ordersctl down --volumes --yes   # and delete all of its data"],
  configure: (command: Command) =>
    command.option(...dataDirOption).option("--volumes", "also delete the data, the keys and the logs (asks first)"),
  run: runDown,
};

async function runDown({ dataDir, volumes = false }: DownOptions, tools: Tools): Promise<void> {
  const { io, talk } = tools;
  const layout = stackLayout(io, dataDir);
  const state = await readState(layout);
  if (volumes) await tools.confirm(`Delete everything in ${layout.dataDir}?`);
  const supervisor = await supervisorOf(layout.lockFile);
  if (supervisor !== undefined) {
    talk.say(`stopping (supervisor pid ${supervisor.pid}) …`);
    signal(supervisor, "SIGTERM");
    // One that Ctrl-Z has stopped hears nothing before it goes on.
    signal(supervisor, "SIGCONT");
    if (!(await hasEnded(supervisor, STACK_STOP_MAX_MS))) {
      throw new CliError(`The supervisor (pid ${supervisor.pid}) does not stop.`, {
        tries: [`kill -9 ${supervisor.pid}`, `ordersctl down${layout.option}   (again, to clean up after it)`],
      });
    }
  }
  const left = await endOrphans(layout, state, talk);
  if (supervisor === undefined && left === 0) talk.say("Nothing is running here.");
  else talk.done("stopped");
  if (left > 0 && state !== undefined) await writeState(layout, { ...state, phase: "stopped" });
  if (volumes) await deleteData(layout, tools);
}

async function deleteData(layout: StackLayout, { talk }: Tools): Promise<void> {
  // A mistyped --data-dir must not cost somebody a home directory: only what `up` made is deleted.
  const isOurs = (await readState(layout)) !== undefined || layout.dataDir.endsWith(`/${DATA_DIR_NAME}`);
  if (!isOurs) throw usageError(`${layout.dataDir} is not the data directory of a stack. Nothing was deleted.`);
  const made = [
    layout.mongodDir,
    layout.logDir,
    layout.mailDir,
    layout.secretsFile,
    layout.stateFile,
    layout.lockFile,
    layout.restoreFile,
  ];
  for (const path of made) await rm(path, { recursive: true, force: true });
  talk.done(`deleted the data in ${layout.dataDir}`);
}
