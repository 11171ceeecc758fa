import { readFileSync } from "node:fs";
import { CliError } from "../errors.ts";
import { isObject, showJson } from "../files.ts";
import type { Io } from "../io.ts";
import type { Talk } from "../output/talk.ts";
import { shellWord } from "../output/text.ts";
import type { ServiceName, StackLayout } from "./layout.ts";
import { parseLogLine } from "./log-lines.ts";
import { told } from "./told.ts";
import { describeEnd, type RunningUnit } from "./unit.ts";

const POLL_MS = 40;
const PROBE_TIMEOUT_MS = 1500;
/** So long a service has to serve once it was started: on a slow disk it takes minutes. */
export const HEALTHY_MAX_MS = 300_000;
const LOG_TAIL_BYTES = 20_000;
const LOG_LINES_SHOWN = 5;

/** Whether a service answers that it can serve. Never throws. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * Waits until a service that was just started can serve, and says so while it takes long.
 * @throws {CliError} with the last lines of its log when it ends instead, or not within 5 minutes
 */
export async function waitHealthy(
  name: ServiceName,
  service: { url: string; running: RunningUnit; startedAtMs: number; stopping: AbortSignal },
  { io, talk, layout }: { io: Io; talk: Talk; layout: StackLayout },
): Promise<void> {
  const { startedAtMs } = service;
  const fail = (what: string): never => {
    const logFile = layout.logFile(name);
    const tries = [`less ${shellWord(logFile)}`, "ordersctl doctor"];
    throw new CliError(`${name}-service ${what}.`, { why: lastProblems(logFile, startedAtMs), tries });
  };
  let end: string | undefined;
  void service.running.ended.then((how) => (end = describeEnd(how)));
  const begunAtMs = performance.now();
  const healthy = async () => {
    while (!service.stopping.aborted) {
      if (await isHealthy(service.url)) return;
      if (end !== undefined) fail(`ended with ${end}`);
      if (performance.now() - begunAtMs > HEALTHY_MAX_MS) fail("is not healthy");
      await io.sleep(POLL_MS, service.stopping);
    }
  };
  await told(`${name}-service`, healthy(), talk);
}

/** What a service said last at level warn or above, of what stands behind the last line of an earlier start. */
export function lastProblems(logFile: string, startedAtMs: number): string[] {
  let text: string;
  try {
    text = readFileSync(logFile, "utf8");
  } catch {
    return [];
  }
  // The first line of a part may be half of one.
  const lines = text.length > LOG_TAIL_BYTES ? text.slice(-LOG_TAIL_BYTES).split("\n").slice(1) : text.split("\n");
  const earlier = lines.findLastIndex((line) => (parseLogLine(line, "").timeMs ?? startedAtMs) < startedAtMs);
  return lines
    .slice(earlier + 1)
    .flatMap(problemOf)
    .slice(-LOG_LINES_SHOWN);
}

function problemOf(line: string): string[] {
  if (line.trim() === "") return [];
  try {
    const entry: unknown = JSON.parse(line);
    if (!isObject(entry) || !["warn", "error", "fatal"].includes(String(entry["level"]))) return [];
    const { msg, reason, err } = entry;
    const detail = isObject(err) ? err["message"] : reason;
    return [`${showJson(msg)}${detail === undefined ? "" : `: ${showJson(detail)}`}`];
  } catch {
    // What the runtime itself prints when a program dies is no JSON.
    return [line];
  }
}
