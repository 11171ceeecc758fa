import { describe, expect, test } from "bun:test";
import type { Report } from "../finding.ts";
import { printReport } from "./reporters.ts";
import { summaryOf } from "./table.ts";

const report: Report = {
  kubernetesVersion: "1.37",
  files: ["k8s/order.yaml", "k8s/fine one.yaml"],
  resourceCount: 5,
  findings: [
    {
      file: "k8s/order.yaml",
      line: 31,
      column: 25,
      rule: "secret-key-ref",
      severity: "error",
      sentence: 'Secret pos/order-secret has no key <"JWT_SECERT">.',
    },
    {
      file: "k8s/order.yaml",
      line: 48,
      column: 4,
      rule: "read-only-root",
      severity: "warn",
      sentence: "It may write.",
      hint: "Write readOnlyRootFilesystem: true.",
    },
  ],
};
const nothing: Report = { ...report, findings: [] };

describe("printReport", () => {
  test("table: one aligned line a finding, its hint below", () => {
    expect(printReport(report, "table", { version: "1.0.0" })).toBe(
      [
        'k8s/order.yaml:31:25  error  secret-key-ref  Secret pos/order-secret has no key <"JWT_SECERT">.',
        "k8s/order.yaml:48:4   warn   read-only-root  It may write.",
        "    Write readOnlyRootFilesystem: true.",
        "",
      ].join("\n"),
    );
    expect(printReport(nothing, "table", { version: "1.0.0" })).toBe("");
  });

  test("table: colours are the caller's", () => {
    const paint = {
      error: (text: string) => `<e>${text}</e>`,
      warn: (text: string) => text,
      dim: (text: string) => text,
    };
    expect(printReport(report, "table", { version: "1.0.0", paint })).toContain("<e>error</e>");
  });

  test("summary counts", () => {
    expect(summaryOf(report)).toBe("1 error, 1 warning in 5 resources of 2 files (Kubernetes 1.37)");
  });

  test("json: counts and findings", () => {
    expect(JSON.parse(printReport(report, "json", { version: "1.0.0" }))).toEqual({
      kubernetesVersion: "1.37",
      files: report.files,
      resourceCount: 5,
      errorCount: 1,
      warningCount: 1,
      findings: report.findings,
    });
  });

  test("sarif: rules, levels, places, and prints that do not move with the line", () => {
    const read = (printed: Report) => JSON.parse(printReport(printed, "sarif", { version: "1.0.0" })).runs[0];
    const run = read(report);
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(["secret-key-ref", "read-only-root"]);
    expect(run.results[1]).toMatchObject({ ruleId: "read-only-root", ruleIndex: 1, level: "warning" });
    expect(run.results.map(({ message }: { message: { text: string } }) => message.text)).toEqual([
      'Secret pos/order-secret has no key <"JWT_SECERT">.',
      "It may write. Write readOnlyRootFilesystem: true.",
    ]);
    expect(run.results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "k8s/order.yaml" },
      region: { startLine: 31, startColumn: 25 },
    });
    const moved = { ...report, findings: report.findings.map((finding) => ({ ...finding, line: finding.line + 1 })) };
    expect(read(moved).results[0].partialFingerprints).toEqual(run.results[0].partialFingerprints);
    expect(read(moved).results[0].partialFingerprints).not.toEqual(run.results[1].partialFingerprints);
    expect(read(nothing).results).toEqual([]);
  });

  test("junit: errors fail, warnings pass and speak, a file without findings is one passed case", () => {
    const xml = printReport(report, "junit", { version: "1.0.0" });
    expect(xml).toContain('<testsuites name="ordersctl validate" tests="3" failures="1" errors="0">');
    expect(xml).toContain('<testcase classname="k8s/fine one.yaml" name="valid"/>');
    expect(xml).toContain("has no key &lt;&quot;JWT_SECERT&quot;&gt;.");
    expect(xml.match(/<failure/g)).toHaveLength(1);
    expect(xml.match(/<system-out>/g)).toHaveLength(1);
    expect(
      [...xml.matchAll(/<(\/?)(testsuites?|testcase|failure|system-out)\b[^>]*?(\/?)>/g)].reduce(
        (depth, [, end, , closed]) => depth + (end === "/" ? -1 : closed === "/" ? 0 : 1),
        0,
      ),
    ).toBe(0);
  });
});
