import { createReadStream } from "node:fs";
import { usageError } from "../errors.ts";
import { inputProblem } from "../files.ts";
import type { Input } from "../io.ts";
import { type LogLine, parseCollectedLine } from "./log-lines.ts";

/** So much of a file is read at a time. */
const CHUNK_BYTES = 1 << 18;
/** So many lines more than are asked for are kept before they are put in order. */
const LINES_SPARE = 1000;

/** What of a collected log is wanted. */
interface Collected {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly services: readonly string[];
  readonly sinceMs: number;
}

/**
 * The lines of services in what a container engine collected, in its order, each as soon as it is there.
 * @throws {CliError} USAGE when it cannot be read
 */
export async function* collectedLines({ file, services, sinceMs }: Collected, stdin: Input): AsyncGenerator<LogLine> {
  try {
    for await (const raw of linesOf(file === "-" ? stdin.chunks() : chunksOf(file))) {
      const line = parseCollectedLine(raw);
      if (line !== undefined && services.includes(line.source) && (line.timeMs ?? 0) >= sinceMs) yield line;
    }
  } catch (error) {
    throw usageError(`${file === "-" ? "Standard input" : file} cannot be read: ${inputProblem(error)}.`);
  }
}

/** The last so many lines by time, which are no more than are in memory. */
export async function lastLines(collected: AsyncIterable<LogLine>, linesMax: number): Promise<readonly LogLine[]> {
  let lines: LogLine[] = [];
  for await (const line of collected) {
    lines.push(line);
    if (lines.length >= linesMax + LINES_SPARE) lines = lines.sort(byTime).slice(-linesMax);
  }
  return lines.sort(byTime);
}

const byTime = (a: LogLine, b: LogLine): number => (a.timeMs ?? 0) - (b.timeMs ?? 0);

const chunksOf = (file: string): AsyncIterable<string> =>
  createReadStream(file, { encoding: "utf8", highWaterMark: CHUNK_BYTES });

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let partial = "";
  for await (const chunk of chunks) {
    const lines = chunk.split("\n");
    // Not split again with each chunk, so that a line of any length costs no more than its length.
    lines[0] = partial + lines[0];
    partial = lines.pop() ?? "";
    yield* lines;
  }
  yield partial;
}
