import type { Command } from "commander";
import { type AuditReport, runAudit } from "../audit/run.ts";
import { type Finding, type Invariant, invariants } from "../audit/finding.ts";
import { parseDuration } from "../duration.ts";
import type { Exit } from "../exit-codes.ts";
import type { View } from "../output/printer.ts";
import { count } from "../output/text.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface AuditOptions {
  readonly settle?: string;
}

const SETTLE_DEFAULT = "10s";
const FINDINGS_SHOWN = 50;

interface Verdict {
  readonly invariant: Invariant;
  readonly candidates: number;
  readonly findings: number;
  readonly sentence: string;
}

const verdictView: View<Verdict> = {
  kind: "invariant",
  id: ({ invariant }) => invariant,
  columns: [
    { header: "RULE", value: ({ invariant }) => invariant },
    {
      header: "VERDICT",
      value: ({ findings }) => (findings === 0 ? "holds" : `${findings} broken`),
      paint: (cell, style, { findings }) => (findings === 0 ? style.green(cell) : style.red(cell)),
    },
    { header: "READ AGAIN", value: ({ candidates }) => String(candidates), align: "right" },
    { header: "WHAT MUST HOLD", value: ({ sentence }) => sentence },
  ],
};

const findingView: View<Finding> = {
  kind: "finding",
  id: ({ invariant, subject }) => `${invariant}/${subject}`,
  columns: [
    { header: "RULE", value: ({ invariant }) => invariant },
    { header: "WHERE", keep: true, value: ({ subject }) => subject },
    { header: "WHAT", value: ({ sentence }) => sentence },
  ],
};

export const auditVerb: Verb<AuditOptions> = {
  usage: "audit",
  summary: "Verify that no order is lost or duplicated and no unit sold twice",
  description: `Reads all products, orders and reservations of the running stack (administrators) and checks the invariants I1 and I3
to I9. Anything that contradicts one is read again after 10 s, a held reservation after 90 s, and reported only if it
persists. A document that no service can have written is reported under "form". Orders may be placed meanwhile. Exits 6
if something was found.`,
  examples: ["ordersctl audit", "ordersctl audit -o json"],
  configure: (command: Command) =>
    command.option("--settle <duration>", `wait before reading a contradiction again (default ${SETTLE_DEFAULT})`),
  run: audit,
};

async function audit({ settle = SETTLE_DEFAULT }: AuditOptions, tools: Tools): Promise<Exit> {
  const { session, io, printer, talk } = tools;
  const client = await session.client();
  const report = await runAudit(client, { io, settleMs: parseDuration(settle), tell: (text) => talk.hint(text) });
  if (printer.isForPeople) show(report, tools);
  else if (printer.format.kind === "json" || printer.format.kind === "yaml" || printer.format.kind === "jsonpath")
    printer.one(report, { kind: "audit", id: () => "audit", columns: [] });
  else printer.list(report.findings, findingView);
  return report.findings.length === 0 ? "OK" : "FINDINGS";
}

function show(report: AuditReport, { printer, talk }: Tools): void {
  const verdicts = (Object.keys(invariants) as Invariant[]).map((invariant) => ({
    invariant,
    candidates: report.candidates[invariant] ?? 0,
    findings: report.findings.filter((finding) => finding.invariant === invariant).length,
    sentence: invariants[invariant],
  }));
  printer.list(verdicts, verdictView);
  const { findings } = report;
  if (findings.length > 0) {
    printer.text("\n");
    printer.list(findings.slice(0, FINDINGS_SHOWN), findingView);
    if (findings.length > FINDINGS_SHOWN) talk.hint(`and ${findings.length - FINDINGS_SHOWN} more: -o json`);
  }
  if (report.isCut) talk.warn("too many contradictions; only the first 10,000 were read again");
  const looked = [
    count(report.products, "product"),
    count(report.orders, "order"),
    count(report.reservations, "reservation"),
  ];
  talk.say(`${findings.length === 0 ? "Everything holds" : count(findings.length, "finding")}: ${looked.join(", ")}.`);
}
