import type { LiveFacts, ServiceFacts } from "./facts.ts";
import type { Finding, Report, Severity } from "./finding.ts";
import { ResourceSet } from "./model/resource-set.ts";
import { Cursor } from "./model/cursor.ts";
import type { Problem } from "./rule.ts";
import { type Levels, LOCAL_RULES, RULES } from "./rules/table.ts";
import { NEWEST_VERSION, parseVersion } from "./schema/versions.ts";
import type { SourceDocument, SourceProblem } from "./yaml/document.ts";
import { probePathsOf } from "./rules/probes.ts";

/** Documents that are applied together; references are looked up inside a bundle. */
export interface Bundle {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly SourceProblem[];
  /** The files that it came from. */
  readonly files: readonly string[];
}

export interface CheckOptions {
  /** As in "1.33"; default: the newest. */
  readonly kubernetesVersion?: string;
  readonly levels?: Levels;
  /** What is known of the services whose workloads are among the manifests. */
  readonly services?: readonly ServiceFacts[];
  /** What the running services answer; absent: nothing is compared with them. */
  readonly live?: readonly LiveFacts[];
}

/** Limit on what one report holds. */
const MAX_FINDINGS = 10_000;

/** A check under way: bundles are checked as they come in. */
export interface Check {
  add(bundle: Bundle): void;
  report(): Report;
}

/**
 * Begins a check. It runs every rule that is not off over every bundle, reads no file and calls nobody.
 * @throws {RangeError} for a Kubernetes version without schemas
 */
export function startCheck(options: CheckOptions = {}): Check {
  const minor = parseVersion(options.kubernetesVersion ?? NEWEST_VERSION);
  const facts = { services: options.services ?? [], live: options.live ?? [], minor };
  const levels = options.levels ?? new Map();
  const findings = new Map<string, Finding>();
  const files = new Set<string>();
  let resourceCount = 0;
  return {
    add(bundle) {
      const set = new ResourceSet(bundle.documents, bundle.problems, facts);
      resourceCount += set.resources.length;
      for (const file of bundle.files) files.add(file);
      for (const finding of runRules(set, levels)) {
        if (findings.size < MAX_FINDINGS) findings.set(keyOf(finding), finding);
      }
    },
    report: () => ({
      kubernetesVersion: `1.${minor}`,
      files: [...files],
      resourceCount,
      findings: [...findings.values()].sort(inOrder),
    }),
  };
}

/** Checks all bundles at once. @throws {RangeError} for a Kubernetes version without schemas */
export function checkManifests(bundles: readonly Bundle[], options: CheckOptions = {}): Report {
  const check = startCheck(options);
  for (const bundle of bundles) check.add(bundle);
  return check.report();
}

/** The probe paths that the manifests name for a service: what a live check has to ask. */
export function probePathsIn(bundles: readonly Bundle[], service: string): string[] {
  const facts = { services: [], live: [], minor: parseVersion(NEWEST_VERSION) };
  const sets = bundles.map(({ documents, problems }) => new ResourceSet(documents, problems, facts));
  return [...new Set(sets.flatMap((set) => probePathsOf(service, set)))];
}

function* runRules(set: ResourceSet, levels: Levels): Generator<Finding> {
  // What a file that is no YAML holds is unknown: references to it are no faults.
  const isWhole = set.problems.every(({ rule }) => rule !== "yaml-syntax");
  for (const rule of isWhole ? RULES : LOCAL_RULES) {
    const level = levels.get(rule.id) ?? rule.level;
    if (level === "off") continue;
    for (const problem of rule.check(set)) yield toFinding(problem, rule.id, level);
  }
}

function toFinding({ at, sentence, hint }: Problem, rule: string, severity: Severity): Finding {
  const { file, line, column } = at instanceof Cursor ? at.locate() : at;
  return { file, line, column, rule, severity, sentence, ...(hint === undefined ? {} : { hint }) };
}

/** The same fault seen through two overlays is one finding. */
function keyOf({ file, line, column, rule, sentence }: Finding): string {
  return `${file}\n${line}\n${column}\n${rule}\n${sentence}`;
}

function inOrder(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : 1);
}
