/** How much a rule weighs: `off` is not asked at all. */
export type Level = "off" | "warn" | "error";
/** The level of a finding that is reported. */
export type Severity = Exclude<Level, "off">;

/** A place in a text; line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One fault: where it stands, which rule saw it, and what to do. */
export interface Finding extends Position {
  readonly file: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly hint?: string;
}

/** What a check found; findings are sorted by file, line and column. */
export interface Report {
  /** Minor version whose schemas were asked, as in "1.37". */
  readonly kubernetesVersion: string;
  readonly files: readonly string[];
  readonly resourceCount: number;
  readonly findings: readonly Finding[];
}

/** Findings of one severity. */
export function countFindings(report: Report, severity: Severity): number {
  return report.findings.filter((finding) => finding.severity === severity).length;
}
