import { readFileSync } from "node:fs";
import { CliError } from "../errors.ts";
import { isObject, showJson } from "../files.ts";
import type { Io } from "../io.ts";
import type { Talk } from "../output/talk.ts";
import { duration } from "../output/text.ts";
import type { ServiceName, StackLayout } from "./layout.ts";
import { describeEnd, type RunningUnit } from "./unit.ts";

const POLL_MS = 40;
const PROBE_TIMEOUT_MS = 1500;
const WAIT_MAX_MS = 120_000;
const TELL_PERIOD_MS = 3000;
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
 * @throws {CliError} with the last lines of its log when it ends instead, or not within 2 minutes
 */
export async function waitHealthy(
  name: ServiceName,
  service: { url: string; running: RunningUnit; stopping: AbortSignal },
  { io, talk, layout }: { io: Io; talk: Talk; layout: StackLayout },
): Promise<void> {
  const startedAtMs = io.now();
  let end: string | undefined;
  void service.running.ended.then((how) => (end = describeEnd(how)));
  let toldAtMs = startedAtMs;
  while (!service.stopping.aborted) {
    if (await isHealthy(service.url)) return;
    if (end !== undefined) throw startFailure(`${name}-service ended with ${end}`, layout.logFile(name));
    const now = io.now();
    if (now - startedAtMs > WAIT_MAX_MS) throw startFailure(`${name}-service is not healthy`, layout.logFile(name));
    if (now - toldAtMs > TELL_PERIOD_MS) {
      toldAtMs = now;
      talk.say(`waiting for ${name}-service … ${duration(now - startedAtMs)}`);
    }
    await io.sleep(POLL_MS, service.stopping);
  }
}

function startFailure(what: string, logFile: string): CliError {
  return new CliError(`${what}.`, { why: lastProblems(logFile), tries: [`less ${logFile}`, "ordersctl doctor"] });
}

/** What a service said last at level warn or above. */
function lastProblems(logFile: string): string[] {
  let text: string;
  try {
    text = readFileSync(logFile, "utf8").slice(-LOG_TAIL_BYTES);
  } catch {
    return [];
  }
  return text.split("\n").flatMap(problemOf).slice(-LOG_LINES_SHOWN);
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
