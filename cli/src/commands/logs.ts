import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { parsePointInTime } from "../duration.ts";
import { CliError, usageError } from "../errors.ts";
import { inputProblem } from "../files.ts";
import { FollowedFile } from "../stack/followed-file.ts";
import { serviceNames, stackLayout } from "../stack/layout.ts";
import { type LogLine, parseCollectedLine, renderLogLine } from "../stack/log-lines.ts";
import { linesOfTrace, withoutIds } from "../stack/trace-lines.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface LogsOptions {
  readonly service?: string;
  readonly dataDir?: string;
  readonly follow?: boolean;
  readonly since?: string;
  readonly tail?: string;
  readonly trace?: string;
  readonly file?: string;
}

const sources = [...serviceNames, "mongod", "supervisor"] as const;
type Source = (typeof sources)[number];
const TAIL_DEFAULT = 200;
const FOLLOW_PERIOD_MS = 200;
/** The services write a line at most a second after its time. */
const WRITTEN_AFTER_MS = 1_200;

export const logsVerb: Verb<LogsOptions> = {
  usage: "logs [service]",
  summary: "Show the logs of the services and MongoDB",
  description: `Shows the logs of user, product, order, mongod or supervisor; without a name, those of the services and the
supervisor. Lines are merged by time. -o json prints them as they were written. --trace follows one request through all
services: pass its x-request-id, its trace id, or the order id. In containers the services log to standard output: pass
what your engine collected with --file.`,
  examples: [
    "ordersctl logs -f",
    "ordersctl logs order --since 5m",
    "ordersctl logs mongod --tail 50",
    "ordersctl logs --trace 65f1c0ffee0123456789abcd",
    "docker compose logs --no-log-prefix | ordersctl logs --file - --trace 65f1c0ffee0123456789abcd",
    "ordersctl logs -o json | jq .",
  ],
  argumentChoices: { service: sources },
  configure: (command: Command) =>
    command
      .option("-f, --follow", "keep printing new lines; Ctrl-C ends it")
      .option("--since <time>", "only newer lines: 5m, 2h, or 2026-01-31T12:00:00Z")
      .option("--tail <lines>", `only the last lines (default ${TAIL_DEFAULT}; all with --since or --trace)`)
      .option("--trace <id>", "only what belongs to this request, trace or order")
      .option("--file <path>", "read output collected from the services instead; - is standard input")
      .option("--data-dir <path>", "where the stack keeps its data (default: .product-order in the checkout)"),
  run: runLogs,
};

async function runLogs(options: LogsOptions, tools: Tools): Promise<void> {
  const { io } = tools;
  const sinceMs = options.since === undefined ? undefined : parsePointInTime(options.since, io.now()).getTime();
  const tailLines = readTail(options);
  const files = options.file === undefined ? openFiles(options, tools) : [];
  const show = (lines: readonly LogLine[]) => {
    for (const line of lines) {
      tools.printer.text(tools.printer.isForPeople ? renderLogLine(line, tools.printer.style) : `${line.raw}\n`);
    }
  };
  const read = options.file === undefined ? files.flatMap((file) => file.read()) : await readCollected(options, tools);
  const lines = inOrder(read, sinceMs);
  if (options.trace !== undefined) {
    const found = await readTrace(options.trace, { files, lines, sinceMs }, tools);
    return show((tools.printer.isForPeople ? withoutIds(found) : found).slice(-tailLines));
  }
  show(lines.slice(-tailLines));
  if (options.follow !== true) return;
  // Ctrl-C is how a person ends this: without a listener the process ends with 130.
  for (;;) {
    await io.sleep(FOLLOW_PERIOD_MS);
    show(
      inOrder(
        files.flatMap((file) => file.read()),
        sinceMs,
      ),
    );
  }
}

function openFiles({ service, dataDir, follow }: LogsOptions, { io }: Tools): readonly FollowedFile[] {
  const layout = stackLayout(io, dataDir);
  const files = chooseSources(service).map((source) => new FollowedFile(layout.logFile(source), source));
  if (!files.some(({ exists }) => exists) && follow !== true) {
    throw new CliError(`There is no log in ${layout.dataDir} yet.`, {
      tries: [`ordersctl up${layout.option}`, "ordersctl logs --file …   (what containers wrote)"],
    });
  }
  return files;
}

/** Of one service when one is named. */
async function readCollected({ file = "-", service, follow }: LogsOptions, { io }: Tools): Promise<readonly LogLine[]> {
  if (follow === true) throw usageError("--file shows what was collected already: leave --follow out.");
  const wanted = service === undefined ? sources : chooseSources(service);
  const text =
    file === "-"
      ? await io.stdin.readAll()
      : await readFile(file, "utf8").catch((error: unknown) => {
          throw usageError(`${file} cannot be read: ${inputProblem(error)}.`);
        });
  return text.split("\n").flatMap((raw) => {
    const line = parseCollectedLine(raw);
    return line !== undefined && wanted.some((source) => source === line.source) ? line : [];
  });
}

function chooseSources(service: string | undefined): readonly Source[] {
  if (service === undefined) return sources.filter((source) => source !== "mongod");
  const found = sources.find((source) => source === service.replace(/-service$/, ""));
  if (found === undefined) throw usageError(`There is no log of "${service}"; there are ${sources.join(", ")}.`);
  return [found];
}

interface ReadLogs {
  readonly files: readonly FollowedFile[];
  readonly lines: readonly LogLine[];
  readonly sinceMs: number | undefined;
}

/** Who asks at once, as after a failed command, asks before every service has written what it did. */
async function readTrace(id: string, { files, lines, sinceMs }: ReadLogs, { io }: Tools): Promise<readonly LogLine[]> {
  let found = linesOfTrace(lines, id);
  const waitMs = (found.at(-1)?.timeMs ?? io.now()) + WRITTEN_AFTER_MS - io.now();
  if (waitMs > 0 && files.length > 0) {
    await io.sleep(waitMs);
    const added = files.flatMap((file) => file.read());
    found = linesOfTrace(inOrder([...lines, ...added], sinceMs), id);
  }
  if (found.length === 0) throw new CliError(`Nothing is logged about ${id}.`, { tries: ["ordersctl logs"] });
  return found;
}

function readTail({ tail, since, trace, follow }: LogsOptions): number {
  if (trace !== undefined && follow === true)
    throw usageError("--trace shows what was logged already: leave --follow out.");
  if (trace !== undefined && !/^[\w.:-]{1,128}$/.test(trace))
    throw usageError("--trace takes a request id, a trace id or an order id.");
  if (tail === undefined) return (since ?? trace) === undefined ? TAIL_DEFAULT : Number.MAX_SAFE_INTEGER;
  const lines = Number(tail);
  if (!Number.isInteger(lines) || lines < 1) throw usageError("--tail must be a number of lines, at least 1.");
  return lines;
}

/** By time; a line without one (part of a stack trace) stays behind the line before it. */
function inOrder(lines: readonly LogLine[], sinceMs: number | undefined): readonly LogLine[] {
  let lastMs = 0;
  return lines
    .map((line) => ({ line, atMs: (lastMs = line.timeMs ?? lastMs) }))
    .filter(({ atMs }) => sinceMs === undefined || atMs >= sinceMs)
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ line }) => line);
}
