import type { Report } from "../finding.ts";
import { reportJson } from "./json.ts";
import { reportJunit } from "./junit.ts";
import { reportSarif } from "./sarif.ts";
import { type Paint, plain, reportTable } from "./table.ts";

const REPORT_FORMATS = ["table", "json", "sarif", "junit"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportOptions {
  /** Version of the program, for formats that name it. */
  readonly version: string;
  /** Colours of the table; default: none. */
  readonly paint?: Paint;
}

/** A report as text that ends with a line break. */
export function printReport(report: Report, format: ReportFormat, options: ReportOptions): string {
  switch (format) {
    case "table":
      return reportTable(report, options.paint ?? plain);
    case "json":
      return reportJson(report);
    case "sarif":
      return reportSarif(report, options.version);
    case "junit":
      return reportJunit(report);
  }
}
