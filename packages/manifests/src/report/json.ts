import { countFindings, type Report } from "../finding.ts";

/** The report as one JSON object; fields are only added. */
export function reportJson(report: Report): string {
  const { kubernetesVersion, files, resourceCount, findings } = report;
  const counts = { errorCount: countFindings(report, "error"), warningCount: countFindings(report, "warn") };
  return `${JSON.stringify({ kubernetesVersion, files, resourceCount, ...counts, findings }, undefined, 2)}\n`;
}
