import type { Command } from "commander";
import type { Exit } from "../exit-codes.ts";
import type { View } from "../output/printer.ts";
import { duration } from "../output/text.ts";
import { dataDirOption, serviceNames, stackLayout } from "../stack/layout.ts";
import { lockHolder } from "../lock.ts";
import { isAlive, residentBytes } from "../process-ref.ts";
import { warnOfChangedCode } from "../stack/source-code.ts";
import { readState, type StackState, type UnitState, urlsOf, portsOf } from "../stack/state.ts";
import { whyUnwatched } from "../stack/supervisor.ts";
import { isHealthy } from "../stack/wait-healthy.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface StatusOptions {
  readonly dataDir?: string;
  readonly env?: boolean;
}

interface UnitRow {
  readonly name: string;
  readonly status: "healthy" | "unhealthy" | "running" | "stopped";
  readonly pid?: number;
  readonly uptimeMs?: number;
  readonly restarts: number;
  readonly rssBytes?: number;
  readonly port: number;
  readonly url: string;
  readonly lastEnd?: string;
}

const isWell = ({ status }: UnitRow): boolean => status === "healthy" || status === "running";

const view: View<UnitRow> = {
  kind: "unit",
  id: ({ name }) => name,
  columns: [
    { header: "NAME", keep: true, value: ({ name }) => name },
    {
      header: "STATUS",
      value: ({ status }) => status,
      paint: (cell, style, row) => (isWell(row) ? style.green(cell) : style.red(cell)),
    },
    { header: "PID", value: ({ pid }) => (pid === undefined ? "-" : String(pid)), align: "right" },
    { header: "UP", value: ({ uptimeMs }) => (uptimeMs === undefined ? "-" : duration(uptimeMs)), align: "right" },
    { header: "RESTARTS", value: ({ restarts }) => String(restarts), align: "right" },
    {
      header: "MEMORY",
      value: ({ rssBytes }) => (rssBytes === undefined ? "-" : `${Math.round(rssBytes / 1024 ** 2)} MiB`),
      align: "right",
    },
    { header: "PORT", value: ({ port }) => String(port), align: "right" },
    { header: "URL", value: ({ url }) => url, wide: true },
    { header: "LAST END", value: ({ lastEnd }) => lastEnd ?? "-", wide: true },
  ],
};

export const statusVerb: Verb<StatusOptions> = {
  usage: "status",
  summary: "Show what is running, since when, and how often it restarted",
  description: "Shows the stack that `up` started. Exits 5 if a part of it is not running or not healthy.",
  examples: [
    "ordersctl status",
    "ordersctl status -o json",
    'eval "$(ordersctl status --env)"   # addresses as variables',
  ],
  configure: (command: Command) =>
    command.option(...dataDirOption).option("--env", "print the addresses as shell variables"),
  run: runStatus,
};

async function runStatus({ dataDir, env = false }: StatusOptions, tools: Tools): Promise<Exit> {
  const { io, printer, talk } = tools;
  const layout = stackLayout(io, dataDir);
  const state = await readState(layout);
  if (state === undefined) {
    talk.say(`Nothing was started in ${layout.dataDir} yet. Try: ordersctl up${layout.option}`);
    return "UNREACHABLE";
  }
  const urls = urlsOf(portsOf(state));
  if (env) {
    for (const name of serviceNames) printer.text(`export ORDERSCTL_${name.toUpperCase()}_URL=${urls[name]}\n`);
    return "OK";
  }
  const supervisor = await lockHolder(layout.lockFile);
  const rows = await readRows(state, urls, io.now());
  printer.list(rows, view);
  const unwatched = await whyUnwatched(layout);
  if (unwatched !== undefined && rows.some(({ pid }) => pid !== undefined)) {
    const { supervisor: what, fix } = unwatched;
    talk.warn(`nobody watches over these processes: their supervisor ${what}. Try: ${fix}`);
  } else if (supervisor === undefined) {
    // Who ends in order, or by a failure, leaves that behind.
    const how = ["stopped", "failed"].includes(state.phase) ? state.phase : "killed";
    talk.say(`It is not running (${how}). Try: ordersctl up${layout.option}`);
  } else if (state.phase !== "ready") talk.say(`It is ${state.phase}.`);
  else {
    for (const { name, status } of rows.filter((row) => !isWell(row)))
      talk.say(`${name} is ${status}. Try: ordersctl logs ${name.replace("-service", "")}${layout.option}`);
    warnOfChangedCode(state, layout, talk);
  }
  const isFine = unwatched === undefined && rows.every(isWell);
  return isFine ? "OK" : "UNREACHABLE";
}

async function readRows(
  state: StackState,
  urls: Readonly<Record<string, string>>,
  nowMs: number,
): Promise<readonly UnitRow[]> {
  const services = serviceNames.map(async (name) => {
    const unit = state.services[name];
    const url = urls[name] ?? "";
    const status = !isAlive(unit.process) ? "stopped" : (await isHealthy(url)) ? "healthy" : "unhealthy";
    return row(`${name}-service`, unit, { status, url, nowMs });
  });
  const { mongod } = state;
  const mongodStatus = isAlive(mongod?.process) ? "running" : "stopped";
  return [
    ...(await Promise.all(services)),
    ...(mongod === undefined
      ? []
      : [row("mongod", mongod, { status: mongodStatus, url: `mongodb://127.0.0.1:${mongod.port}`, nowMs })]),
  ];
}

function row(
  name: string,
  unit: UnitState,
  { status, url, nowMs }: { status: UnitRow["status"]; url: string; nowMs: number },
): UnitRow {
  const { process, restarts, lastEnd, startedAtMs } = unit;
  const rssBytes = process === undefined ? undefined : residentBytes(process.pid);
  return {
    name,
    status,
    restarts,
    port: unit.port,
    url,
    ...(status === "stopped" || process === undefined
      ? {}
      : { pid: process.pid, uptimeMs: Math.max(0, nowMs - startedAtMs) }),
    ...(status === "stopped" || rssBytes === undefined ? {} : { rssBytes }),
    ...(lastEnd === undefined ? {} : { lastEnd }),
  };
}
