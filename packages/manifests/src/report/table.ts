import { countFindings, type Finding, type Report } from "../finding.ts";

/** How the table is coloured; every function may return its text as it is. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
}

const same = (text: string): string => text;
export const plain: Paint = { error: same, warn: same, dim: same };

/** One line a finding (`file:line:column  severity  rule  sentence`) and its hint below; empty when there is none. */
export function reportTable(report: Report, paint: Paint): string {
  const { findings } = report;
  const placeWidth = widest(findings.map(placeOf));
  const ruleWidth = widest(findings.map(({ rule }) => rule));
  const lines = findings.flatMap((finding) => {
    const severity = paint[finding.severity](finding.severity.padEnd("error".length));
    const place = placeOf(finding).padEnd(placeWidth);
    const line = `${place}  ${severity}  ${finding.rule.padEnd(ruleWidth)}  ${finding.sentence}`;
    return finding.hint === undefined ? [line] : [line, paint.dim(`    ${finding.hint}`)];
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** `2 errors, 0 warnings in 5 resources of 3 files`. */
export function summaryOf(report: Report): string {
  const errors = counted(countFindings(report, "error"), "error");
  const warnings = counted(countFindings(report, "warn"), "warning");
  const place = `${counted(report.resourceCount, "resource")} of ${counted(report.files.length, "file")}`;
  return `${errors}, ${warnings} in ${place} (Kubernetes ${report.kubernetesVersion})`;
}

function placeOf({ file, line, column }: Finding): string {
  return `${file}:${line}:${column}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function widest(words: readonly string[]): number {
  return words.reduce((width, word) => Math.max(width, word.length), 0);
}
