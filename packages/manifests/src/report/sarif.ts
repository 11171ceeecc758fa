import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Log, ReportingDescriptor, Result } from "sarif";
import type { Finding, Level, Report } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { findRule } from "../rules/table.ts";

/** Our levels in the words of SARIF. */
const LEVELS: Readonly<Record<Level, Result.level>> = { off: "none", warn: "warning", error: "error" };
const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** The report as SARIF 2.1.0 (OASIS), which code hosts show beside the lines concerned. */
export function reportSarif(report: Report, version: string): string {
  const rules = [...new Set(report.findings.map(({ rule }) => rule))].map(findRule);
  const log: Log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "ordersctl validate", semanticVersion: version, rules: rules.map(toDescriptor) } },
        columnKind: "utf16CodeUnits",
        results: report.findings.map((finding) => toResult(finding, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function toDescriptor({ id, title, why, level, wrong, right }: Rule): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: `${title}.` },
    fullDescription: { text: why },
    help: { text: `${why}\n\nWrong:\n${wrong}\n\nRight:\n${right}` },
    defaultConfiguration: { level: LEVELS[level] },
  };
}

function toResult(finding: Finding, rules: readonly Rule[]): Result {
  const { file, line, column, rule, severity, sentence, hint } = finding;
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: LEVELS[severity],
    message: { text: hint === undefined ? sentence : `${sentence} ${hint}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: toUri(file) }, region: { startLine: line, startColumn: column } },
      },
    ],
    // Without the line: the finding stays the same when lines are added above it.
    partialFingerprints: { "finding/v1": createHash("sha256").update(`${file}\n${rule}\n${sentence}`).digest("hex") },
  };
}

function toUri(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(/[\\/]/).map(encodeURIComponent).join("/");
}
