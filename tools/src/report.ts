import type { Step, StepResult } from "./step.ts";

/** Lines of a failed step that are printed; the whole of it is in the log. */
const MAX_HEAD_LINES = 40;
const MAX_TAIL_LINES = 60;
const MAX_LINE_CHARACTERS = 400;
const NAME_COLUMNS = 12;
/** Without a terminal, a sign of life is printed this often, so that a silent hour is never taken for a hang. */
const SIGN_OF_LIFE_MS = 60_000;

const isTerminal = process.stdout.isTTY;
const hasColour = isTerminal && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";

/** Shows that a step runs, until the returned function is called. */
export function showRunning(step: Step): () => void {
  const startedAt = performance.now();
  const line = (): string => `  … ${step.name.padEnd(NAME_COLUMNS)} ${inSeconds(performance.now() - startedAt)}`;
  if (!isTerminal) {
    const timer = setInterval(() => console.log(line()), SIGN_OF_LIFE_MS);
    return () => clearInterval(timer);
  }
  const draw = (): boolean => process.stdout.write(`\r\u001B[2K${line()}`);
  draw();
  const timer = setInterval(draw, 1_000);
  return () => {
    clearInterval(timer);
    process.stdout.write("\r\u001B[2K");
  };
}

/** One line for the step and, when it failed, what it printed. */
export function showResult(step: Step, result: StepResult, elapsedMs: number, logFolder: string): void {
  const ok = result.failed === 0;
  const mark = ok ? paint("32", "✓") : paint("31", "✗");
  const counts = result.passed + result.failed === 1 ? "" : `${result.passed} passed, ${result.failed} failed`;
  const words = [counts, result.note ?? ""].filter((word) => word !== "").join(" · ");
  const time = paint("2", inSeconds(elapsedMs));
  console.log(`  ${mark} ${step.name.padEnd(NAME_COLUMNS)} ${time}  ${words}`.trimEnd());
  if (ok || result.output === undefined) return;
  console.log(indent(bounded(result.output, `${logFolder}/${step.name}.log`)));
}

/** Keeps the first and the last lines of a long text and says what is missing and where it is. */
export function bounded(text: string, logFile: string): string {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => (line.length > MAX_LINE_CHARACTERS ? `${line.slice(0, MAX_LINE_CHARACTERS)} …` : line));
  const missing = lines.length - MAX_HEAD_LINES - MAX_TAIL_LINES;
  if (missing <= 0) return lines.join("\n");
  const gap = `… ${missing} more lines, all of them in ${logFile} …`;
  return [...lines.slice(0, MAX_HEAD_LINES), gap, ...lines.slice(-MAX_TAIL_LINES)].join("\n");
}

function inSeconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "      ");
}

function paint(code: string, text: string): string {
  return hasColour ? `\u001B[${code}m${text}\u001B[0m` : text;
}
