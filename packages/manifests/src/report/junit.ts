import { countFindings, type Finding, type Report } from "../finding.ts";

/**
 * The report as JUnit XML: a suite a file, a test case a finding. Errors are failures; a warning passes and says itself
 * in its output; a file without findings is one passed case, so that it shows up at all.
 */
export function reportJunit(report: Report): string {
  const files = [...new Set([...report.files, ...report.findings.map(({ file }) => file)])];
  const suites = files.map((file) => {
    const findings = report.findings.filter((finding) => finding.file === file);
    const passed = `    <testcase${attributes({ classname: file, name: "valid" })}/>`;
    const cases = findings.length === 0 ? [passed] : findings.map(toCase);
    const failures = findings.filter(({ severity }) => severity === "error").length;
    return { cases, failures, file };
  });
  const tests = suites.reduce((sum, { cases }) => sum + cases.length, 0);
  const totals = { name: "ordersctl validate", tests, failures: countFindings(report, "error"), errors: 0 };
  const body = suites.flatMap(({ cases, failures, file }) => [
    `  <testsuite${attributes({ name: file, tests: cases.length, failures, errors: 0 })}>`,
    ...cases,
    "  </testsuite>",
  ]);
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return [head, `<testsuites${attributes(totals)}>`, ...body, "</testsuites>", ""].join("\n");
}

function toCase({ file, line, column, rule, severity, sentence, hint }: Finding): string {
  const opening = `    <testcase${attributes({ classname: file, name: `${rule} ${line}:${column}` })}>`;
  const text = escape(`${file}:${line}:${column} ${sentence}${hint === undefined ? "" : `\n${hint}`}`);
  const body =
    severity === "error"
      ? `      <failure${attributes({ type: rule, message: sentence })}>${text}</failure>`
      : `      <system-out>${text}</system-out>`;
  return [opening, body, "    </testcase>"].join("\n");
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join("");
}

/** XML has no form for most control characters: they become a question mark. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "?")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");
}
