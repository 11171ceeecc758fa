import { join } from "node:path";
import { countRunnableLines, type FileCoverage, percentOf, readLcov } from "../line-coverage/lines.ts";
import { isCounted, MIN_PERCENT } from "../line-coverage/scope.ts";
import { listProjectFiles, readTextFiles, type TextFile } from "../files.ts";
import type { Step, StepContext, StepResult } from "../step.ts";

const SHOWN_FILES = 15;

export const coverage: Step = {
  name: "coverage",
  ensures: `tests run at least ${MIN_PERCENT} % of the product's lines (see tools/src/line-coverage/scope.ts)`,
  when: "always",
  async run({ root, artifacts }: StepContext): Promise<StepResult> {
    const report = Bun.file(join(artifacts, "coverage", "lcov.info"));
    if (!(await report.exists())) {
      return { passed: 0, failed: 1, output: "There is no report: the step `tests` writes it and has to run first." };
    }
    const paths = await listProjectFiles(root);
    const sources = await readTextFiles(root, paths.filter(isCounted));
    return resultOfCoverage(await report.text(), sources);
  },
};

/** Weighs the report over all counted sources; one that the report leaves out counts as never run. */
export function resultOfCoverage(lcov: string, sources: readonly TextFile[]): StepResult {
  const reported = new Map(readLcov(lcov).map((file) => [file.path, file]));
  const files = sources.map(({ path, text }) => {
    return reported.get(path) ?? { path, lines: countRunnableLines(path, text), hits: 0 };
  });
  const total = percentOf(files);
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const note = `${total.toFixed(1)} % of ${lines.toLocaleString("en")} lines`;
  if (total >= MIN_PERCENT) return { passed: 1, failed: 0, note };
  const worst = files
    .filter((file) => file.hits < file.lines)
    .sort((a, b) => b.lines - b.hits - (a.lines - a.hits))
    .slice(0, SHOWN_FILES);
  const head = `${note}, at least ${MIN_PERCENT} % are due. The files with most lines that no test runs:`;
  return { passed: 0, failed: 1, note, output: [head, ...worst.map((file) => describe(file, reported))].join("\n") };
}

function describe(file: FileCoverage, reported: ReadonlyMap<string, FileCoverage>): string {
  const missed = `${file.lines - file.hits} of ${file.lines}`.padStart(12);
  return `${missed}  ${file.path}${reported.has(file.path) ? "" : " (no test loads it)"}`;
}
