import type { Health } from "@pos/contracts/health";
import type { Command } from "commander";
import { parseDuration } from "../duration.ts";
import { CliError } from "../errors.ts";
import type { Exit } from "../exit-codes.ts";
import type { View } from "../output/printer.ts";
import { serviceNamed, serviceNames, type ServiceName } from "../stack/layout.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface HealthOptions {
  readonly service?: string;
  readonly wait?: string | boolean;
  readonly watch?: boolean;
}

interface Row {
  readonly service: string;
  readonly status: "healthy" | "unhealthy" | "unreachable";
  readonly latencyMs: number;
  readonly checks: string;
  readonly url: string;
}

const WAIT_POLL_MS = 200;
const WATCH_PERIOD_MS = 2000;
const WAIT_DEFAULT = "60s";

const view: View<Row> = {
  kind: "service",
  id: ({ service }) => service,
  columns: [
    { header: "SERVICE", keep: true, value: ({ service }) => service },
    {
      header: "STATUS",
      value: ({ status }) => status,
      paint: (cell, style, { status }) => (status === "healthy" ? style.green(cell) : style.red(cell)),
    },
    { header: "LATENCY", value: ({ latencyMs }) => `${latencyMs} ms`, align: "right" },
    { header: "CHECKS", value: ({ checks }) => checks },
    { header: "URL", keep: true, value: ({ url }) => url },
  ],
};

export const healthVerb: Verb<HealthOptions> = {
  usage: "health [service]",
  summary: "Check whether every service can serve requests",
  description:
    "Calls GET /health of user, product, order, or all. Exits 5 if one is not healthy, 3 if --wait times out.",
  examples: ["ordersctl health", "ordersctl health order --wait 30s", "ordersctl health --watch"],
  argumentChoices: { service: serviceNames },
  configure: (command: Command) =>
    command
      .option("--wait [duration]", `wait until all are healthy, at most this long (default ${WAIT_DEFAULT})`)
      .option("--watch", "check every 2 s, until Ctrl-C"),
  run: runHealth,
};

async function runHealth(options: HealthOptions, tools: Tools): Promise<Exit> {
  const { io, printer } = tools;
  // `--wait order` means the service: no duration has its name.
  const isOfService = options.service === undefined && serviceNames.some((name) => name === options.wait);
  const service = isOfService ? String(options.wait) : options.service;
  const names = service === undefined ? serviceNames : [serviceNamed(service)];
  const wait = isOfService ? true : options.wait;
  if (options.watch === true) {
    for (;;) {
      const rows = await ask(names, tools);
      if (printer.isForPeople && io.stdout.isTty) printer.text("\u001b[H\u001b[2J");
      printer.list(rows, view);
      await io.sleep(WATCH_PERIOD_MS);
    }
  }
  const rows = wait === undefined ? await ask(names, tools) : await waitFor(names, wait, tools);
  printer.list(rows, view);
  return rows.every(({ status }) => status === "healthy") ? "OK" : "UNREACHABLE";
}

async function waitFor(names: readonly ServiceName[], wait: string | boolean, tools: Tools): Promise<readonly Row[]> {
  const { io } = tools;
  const endMs = io.now() + parseDuration(typeof wait === "string" ? wait : WAIT_DEFAULT);
  for (;;) {
    const rows = await ask(names, tools);
    const missing = rows.filter(({ status }) => status !== "healthy");
    if (missing.length === 0) return rows;
    if (io.now() >= endMs) {
      throw new CliError(`Not healthy in time: ${missing.map(({ service }) => service).join(", ")}.`, {
        exit: "CANCELLED",
        tries: ["ordersctl status", "ordersctl logs"],
      });
    }
    await io.sleep(WAIT_POLL_MS);
  }
}

function ask(names: readonly ServiceName[], { session, io }: Tools): Promise<readonly Row[]> {
  const { urls } = session;
  return Promise.all(
    names.map(async (name): Promise<Row> => {
      const startedAtMs = io.now();
      const row = (status: Row["status"], checks: string): Row => ({
        service: `${name}-service`,
        status,
        latencyMs: io.now() - startedAtMs,
        checks,
        url: urls[`${name}Url`],
      });
      try {
        const health = await (await session.clientWith()).operation.health(name);
        // Addresses that are mixed up: whoever answers is well, but is not who was asked for.
        if (health.service !== `${name}-service`) return row("unhealthy", `${health.service} answers here`);
        return row(health.status, describeChecks(health));
      } catch (error) {
        const { ApiError, InvalidAnswerError, NoAnswerError } = await import("@pos/client/errors");
        if (error instanceof NoAnswerError) return row("unreachable", error.isTimeout ? "no answer in time" : "-");
        // A proxy answers for a service that is not there yet.
        if (error instanceof ApiError) return row("unhealthy", `answered ${error.status}`);
        if (error instanceof InvalidAnswerError) return row("unhealthy", "answered what no service does");
        throw error;
      }
    }),
  );
}

const describeChecks = ({ checks }: Health): string =>
  Object.entries(checks)
    .map(([name, { status, reason }]) => `${name} ${status}${reason === undefined ? "" : ` (${reason})`}`)
    .join(", ");
