import type { Bundle } from "@pos/manifests/check";
import type { LiveFacts, ServiceFacts } from "@pos/manifests/facts";
import type { Finding, Report } from "@pos/manifests/finding";
import { type Command, Option } from "commander";
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { CliError, usageError } from "../errors.ts";
import type { Exit } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import type { View } from "../output/printer.ts";
import { clean } from "../output/text.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";
import { VERSION } from "../version.ts";

interface ValidateOptions {
  readonly path?: readonly string[];
  readonly kubernetes?: string;
  readonly strict?: boolean;
  readonly live?: boolean;
  readonly rule?: readonly string[];
  readonly ignoreMissing?: boolean;
  /** True without a rule: all of them are listed. */
  readonly explain?: string | boolean;
}

interface RuleRow {
  readonly id: string;
  readonly level: string;
  readonly title: string;
}

/** What is checked when no path is given, as far as it exists. */
const DEFAULT_PATHS = ["k8s", "compose.yaml"];

const findingView: View<Finding> = {
  kind: "finding",
  id: ({ file, line, column, rule }) => `${file}:${line}:${column}:${rule}`,
  columns: [
    { header: "PLACE", value: ({ file, line, column }) => `${file}:${line}:${column}` },
    { header: "RULE", value: ({ rule }) => rule },
    { header: "FINDING", value: ({ sentence }) => sentence },
  ],
};

const ruleView: View<RuleRow> = {
  kind: "rule",
  id: ({ id }) => id,
  columns: [
    { header: "RULE", value: ({ id }) => id },
    { header: "LEVEL", value: ({ level }) => level },
    { header: "WHAT IT CHECKS", value: ({ title }) => title },
  ],
};

export const validateVerb: Verb<ValidateOptions> = {
  usage: "validate [path...]",
  summary: "Check Kubernetes manifests and compose files",
  description: `Checks Kubernetes manifests and compose files: schemas, references, and rules of good practice. A path is a
folder, a file, a kustomization (rendered by kubectl or kustomize), or - for standard input; the default is ${DEFAULT_PATHS.join(" and ")}. Needs no cluster and no network.

Exits 6 if there are errors (with --strict, also for warnings), and 2 if there is nothing to check.`,
  examples: [
    "ordersctl validate",
    "ordersctl validate k8s/overlays/production compose.yaml --kubernetes 1.33",
    "helm template ./chart | ordersctl validate - --rule service-account-token=off",
    "ordersctl validate --live   # compare with the running services as well",
    "ordersctl validate --explain service-target-port",
    "ordersctl validate -o sarif > findings.sarif",
  ],
  formats: ["sarif", "junit"],
  configure: (command: Command) =>
    command
      .option("--kubernetes <version>", "version to check against, such as 1.33 (default: the newest)")
      .option("--strict", "warnings count as errors")
      .option("--live", "also compare with the running services, as an administrator")
      .option("--rule <rule=level>", "set a rule to off, warn or error; repeatable", collect, [])
      .option("--ignore-missing", "accept kinds without a schema (custom resources)")
      .addOption(new Option("--explain [rule]", "explain a rule; without a name, list all rules")),
  run: runValidate,
};

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

async function runValidate(options: ValidateOptions, tools: Tools): Promise<Exit> {
  if (options.explain !== undefined) return explain(options.explain, tools);
  const { io, settings } = tools;
  const { streamBundles } = await import("@pos/manifests/input");
  const input = { standardInput: () => io.stdin.readAll(), environment: io.env };
  // The tool that renders kustomizations runs while the rest is loaded.
  const paths = pathsOf(options, io);
  const stream = started(streamBundles(paths, input));
  const [{ startCheck }, { parseLevels }, services] = await Promise.all([
    import("@pos/manifests/check"),
    import("@pos/manifests/rules"),
    readFacts(),
  ]);
  const ignored = options.ignoreMissing === true ? ["unknown-kind=off"] : [];
  const levels = asUsage(() => parseLevels([...ignored, ...(options.rule ?? [])]), "--explain");
  const version = options.kubernetes === undefined ? {} : { kubernetesVersion: options.kubernetes };
  const bundles = options.live === true ? await Array.fromAsync(stream).catch(rethrowInput) : stream;
  const live = Array.isArray(bundles) ? await askServices(bundles, services, tools) : [];
  const check = asUsage(() => startCheck({ levels, services, live, ...version }));
  let isEmpty = true;
  try {
    for await (const bundle of bundles) {
      check.add(bundle);
      if (bundle.documents.length + bundle.problems.length > 0) isEmpty = false;
    }
  } catch (error) {
    await rethrowInput(error);
  }
  // A pipe whose first command failed must not pass for manifests without a fault.
  if (isEmpty) {
    const places = paths.map((path) => (path === "-" ? "standard input" : path));
    throw usageError(`There is no manifest to check in ${places.join(", ")}.`, "ordersctl validate FOLDER");
  }
  const report = check.report();
  await print(report, settings.output.value, tools);
  const isBad = ({ severity }: Finding): boolean => severity === "error" || options.strict === true;
  return report.findings.some(isBad) ? "FINDINGS" : "OK";
}

/** A stream whose first value is already on its way. */
function started<Value>(stream: AsyncGenerator<Value, void>): AsyncIterable<Value> {
  const first = stream.next();
  // Whoever reads the stream gets the error.
  first.catch(() => undefined);
  return {
    async *[Symbol.asyncIterator]() {
      const { done, value } = await first;
      if (done === true) return;
      yield value;
      yield* stream;
    },
  };
}

async function explain(rule: string | boolean, { printer }: Tools): Promise<Exit> {
  const { explainRule, listRules } = await import("@pos/manifests/explain");
  if (typeof rule === "string") printer.text(asUsage(() => explainRule(rule), "--explain"));
  else printer.list(listRules(), ruleView);
  return "OK";
}

/** @throws {CliError} USAGE when none is given and there is nothing to take in its place */
function pathsOf({ path = [] }: ValidateOptions, io: Io): string[] {
  const given = path.length > 0 ? path : DEFAULT_PATHS.filter((each) => existsSync(resolve(io.cwd, each)));
  if (given.length === 0) {
    throw usageError(
      `There is neither ${DEFAULT_PATHS.join(" nor ")} here: pass what to check.`,
      "ordersctl validate FOLDER",
    );
  }
  return given.map((each) => (each === "-" ? each : relative(process.cwd(), resolve(io.cwd, each)) || "."));
}

async function readFacts(): Promise<readonly ServiceFacts[]> {
  const { readServiceFacts } = await import("../manifests/facts.ts");
  return readServiceFacts();
}

async function askServices(
  bundles: readonly Bundle[],
  services: readonly ServiceFacts[],
  { session }: Tools,
): Promise<readonly LiveFacts[]> {
  const [{ LiveServices }, { probePathsIn }] = await Promise.all([
    import("../manifests/live.ts"),
    import("@pos/manifests/check"),
  ]);
  const port = new LiveServices(session);
  return Promise.all(services.map(({ service }) => port.ask(service, probePathsIn(bundles, service))));
}

async function print(report: Report, format: string, { printer, talk }: Tools): Promise<void> {
  const [{ printReport }, { summaryOf }] = await Promise.all([
    import("@pos/manifests/report"),
    import("@pos/manifests/summary"),
  ]);
  if (format === "sarif" || format === "junit" || format === "json") {
    printer.text(printReport(report, format, { version: VERSION }));
  } else if (printer.isForPeople) {
    const { red, yellow, dim } = printer.style;
    printer.text(
      printReport(withoutControls(report), "table", { version: VERSION, paint: { error: red, warn: yellow, dim } }),
    );
  } else printer.list(report.findings, findingView);
  talk.say(summaryOf(report));
}

/** The findings as a terminal may show them: they repeat what stands in manifests of other people. */
function withoutControls(report: Report): Report {
  const findings = report.findings.map((finding) => ({
    ...finding,
    file: clean(finding.file),
    sentence: clean(finding.sentence),
    ...(finding.hint === undefined ? {} : { hint: clean(finding.hint) }),
  }));
  return { ...report, findings };
}

/** What the checker refuses to be asked is a mistake on the command line. */
function asUsage<Value>(action: () => Value, flag = "--help"): Value {
  try {
    return action();
  } catch (error) {
    if (error instanceof RangeError) throw usageError(error.message, `ordersctl validate ${flag}`);
    throw error;
  }
}

async function rethrowInput(error: unknown): Promise<never> {
  const { InputError } = await import("@pos/manifests/input");
  throw error instanceof InputError ? new CliError(error.message, { exit: "USAGE" }) : error;
}
