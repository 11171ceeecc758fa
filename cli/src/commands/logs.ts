import type { Command } from "commander";
import { parsePointInTime } from "../duration.ts";
import { CliError, usageError } from "../errors.ts";
import { collectedLines, lastLines } from "../stack/collected-lines.ts";
import { FollowedFile } from "../stack/followed-file.ts";
import { dataDirOption, serviceNames, stackLayout } from "../stack/layout.ts";
import { type LogLine, renderLogLine } from "../stack/log-lines.ts";
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
const LINES_AT_ONCE = 500;
/** The services write a line at most a second after its time. */
const WRITTEN_AFTER_MS = 1_200;

export const logsVerb: Verb<LogsOptions> = {
  usage: "logs [service]",
  summary: "Show the logs of the services and MongoDB",
  description: `Shows the logs of user, product, order, mongod or supervisor; without a name, those of the services and the
supervisor. Lines are merged by time. -o json prints them as they were written. --trace follows one request through all
services: pass its x-request-id, its trace id, or the order id. In containers the services log to standard output: pass
what your engine collected with --file. Standard input is shown as it comes, all of it, and by time at its end with
--tail or --trace.`,
  examples: [
    "ordersctl logs -f",
    "ordersctl logs order --since 5m",
    "ordersctl logs mongod --tail 50",
    "ordersctl logs --trace 65f1c0ffee0123456789abcd",
    "docker compose logs --no-log-prefix | ordersctl logs --file - --trace 65f1c0ffee0123456789abcd",
    "kubectl logs -f deployment/order-service | ordersctl logs --file -",
    "ordersctl logs -o json | jq .",
  ],
  argumentChoices: { service: sources },
  configure: (command: Command) =>
    command
      .option("-f, --follow", "keep printing new lines; Ctrl-C ends it")
      .option("--since <time>", "only newer lines: 5m, 2h, or 2026-01-31T12:00:00Z")
      .option("--tail <lines>", `only the last lines (default ${TAIL_DEFAULT}; all with --since, --trace or --file -)`)
      .option("--trace <id>", "only what belongs to this request, trace or order")
      .option("--file <path>", "read output collected from the services instead; - is standard input")
      .option(...dataDirOption),
  run: runLogs,
};

async function runLogs(options: LogsOptions, tools: Tools): Promise<void> {
  const { io } = tools;
  const sinceMs = options.since === undefined ? undefined : parsePointInTime(options.since, io.now()).getTime();
  const tailLines = readTail(options);
  const show = (line: LogLine) =>
    tools.printer.text(tools.printer.isForPeople ? renderLogLine(line, tools.printer.style) : `${line.raw}\n`);
  if (isShownAsItComes(options)) {
    for await (const line of openCollected(options, tools, sinceMs)) {
      show(line);
      // Or all of an endless input would be in memory while a pager shows its first page.
      await io.stdout.drained?.();
    }
    return;
  }
  const files = options.file === undefined ? openFiles(options, tools) : [];
  // Of a trace, which may be anywhere, all.
  const linesMax = options.trace === undefined ? tailLines : Number.POSITIVE_INFINITY;
  const collected =
    options.file === undefined ? [] : [await lastLines(openCollected(options, tools, sinceMs), linesMax)];
  const read = (lines?: number) => inOrder([...files.map((file) => file.begin(lines)), ...collected], sinceMs);
  if (options.trace !== undefined) {
    const lines = { [Symbol.iterator]: read };
    const found = await readTrace(options.trace, { lines, isWritten: files.length === 0 }, tools);
    return (tools.printer.isForPeople ? withoutIds(found) : found).slice(-tailLines).forEach(show);
  }
  if (Number.isFinite(tailLines)) [...read(tailLines)].slice(-tailLines).forEach(show);
  else {
    let shown = 0;
    for (const line of read()) {
      show(line);
      // Ctrl-C and a reader that has enough (`| head`) are noticed in between alone.
      if (++shown % LINES_AT_ONCE === 0) await io.sleep(0);
    }
  }
  if (options.follow !== true) return;
  // Ctrl-C is how a person ends this: without a listener the process ends with 130.
  for (;;) {
    await io.sleep(FOLLOW_PERIOD_MS);
    for (const line of inOrder(files.map((file) => file.read()))) show(line);
  }
}

const isShownAsItComes = ({ file, tail, trace }: LogsOptions): boolean =>
  file === "-" && tail === undefined && trace === undefined;

function openFiles({ service, dataDir, follow }: LogsOptions, { io, talk }: Tools): readonly FollowedFile[] {
  const layout = stackLayout(io, dataDir);
  const files = chooseSources(service).map((source) => new FollowedFile(layout.logFile(source), source));
  if (files.some(({ exists }) => exists)) return files;
  const what = `There is no log in ${layout.dataDir} yet`;
  if (follow !== true) {
    const tries = [`ordersctl up${layout.option}`, "ordersctl logs --file …   (what containers wrote)"];
    throw new CliError(`${what}.`, { tries });
  }
  talk.say(`${what}: waiting for one …`);
  return files;
}

/** What was collected: of one service when one is named. */
function openCollected({ file = "-", service, follow }: LogsOptions, { io }: Tools, sinceMs = 0) {
  if (follow === true)
    throw usageError("--file needs no --follow: standard input is shown as it comes, a file is done.");
  const services = service === undefined ? sources : chooseSources(service);
  return collectedLines({ file, services, sinceMs }, io.stdin);
}

function chooseSources(service: string | undefined): readonly Source[] {
  if (service === undefined) return sources.filter((source) => source !== "mongod");
  const found = sources.find((source) => source === service.replace(/-service$/, ""));
  if (found === undefined) throw usageError(`There is no log of "${service}"; choose from ${sources.join(", ")}.`);
  return [found];
}

interface ReadLogs {
  /** All that is there, as often as it is walked through. */
  readonly lines: Iterable<LogLine>;
  /** Whether nothing more comes. */
  readonly isWritten: boolean;
}

/** Who asks at once, as after a failed command, asks before every service has written what it did. */
async function readTrace(id: string, { lines, isWritten }: ReadLogs, { io }: Tools): Promise<readonly LogLine[]> {
  let found = linesOfTrace(lines, id);
  const waitMs = WRITTEN_AFTER_MS - Math.max(0, io.now() - (found.at(-1)?.timeMs ?? io.now()));
  if (waitMs > 0 && !isWritten) {
    await io.sleep(waitMs);
    found = linesOfTrace(lines, id);
  }
  if (found.length === 0) throw new CliError(`No log line belongs to ${id}.`, { tries: ["ordersctl logs"] });
  return found;
}

function readTail({ tail, since, trace, follow }: LogsOptions): number {
  if (trace !== undefined && follow === true)
    throw usageError("--trace shows what was logged already: leave --follow out.");
  if (trace !== undefined && !/^[\w.:-]{1,128}$/.test(trace))
    throw usageError("--trace takes a request id, a trace id or an order id.");
  if (tail === undefined) return (since ?? trace) === undefined ? TAIL_DEFAULT : Number.POSITIVE_INFINITY;
  const lines = Number(tail);
  if (!Number.isInteger(lines) || lines < 1) throw usageError("--tail must be a number of lines, at least 1.");
  return lines;
}

/** By time, of sources that are so; a line without one (part of a stack trace) stays behind the line before it. */
function* inOrder(sources: readonly Iterable<LogLine>[], sinceMs = 0): Generator<LogLine> {
  let heads: readonly Head[] = sources.map((source) => ({
    lines: source[Symbol.iterator](),
    line: undefined,
    atMs: 0,
  }));
  heads = heads.filter(goOn);
  while (heads.length > 0) {
    const first = heads.reduce((earliest, head) => (head.atMs < earliest.atMs ? head : earliest));
    if (first.line !== undefined && first.atMs >= sinceMs) yield first.line;
    if (!goOn(first)) heads = heads.filter((head) => head !== first);
  }
}

/** The next line of a source. */
interface Head {
  readonly lines: Iterator<LogLine>;
  line: LogLine | undefined;
  atMs: number;
}

/** @returns whether there is one more line */
function goOn(head: Head): boolean {
  const next = head.lines.next();
  head.line = next.done === true ? undefined : next.value;
  head.atMs = head.line?.timeMs ?? head.atMs;
  return head.line !== undefined;
}
