/**
 * Checks what stands under observability/: rules and configuration by promtool, rules by their tests, that every
 * metric that a dashboard or a rule reads is one that a running service shows or a rule records, and that the compose
 * profile and the manifests lead Prometheus, and nobody else, to the measurements. Ends with `N passed, N failed`;
 * without promtool its own checks are left out with a line that says so.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { YAML } from "bun";
import { exposedNames, metricNames } from "./metric-names.ts";
import { readManifests, readWiring } from "./read-wiring.ts";
import { runStack } from "./running-stack.ts";
import { clusterProblems, composeProblems } from "./wiring.ts";

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: { readonly runbook?: string };
}
interface Dashboard {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const root = join(import.meta.dir, "../../../..");
const folder = join(root, "observability");
const METRICS_PORT = 9464;
const SHOWN_MAX_MS = 10_000;
let passed = 0;
let failed = 0;

function check(what: string, problems: readonly string[]): void {
  if (problems.length === 0) passed++;
  else failed++;
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${what}`);
  for (const problem of problems) console.log(`       ${problem}`);
}

const rules = await readRules();
const dashboards = await readDashboards();
const recorded = new Set([...rules.flatMap(({ record }) => record ?? []), "up"]);
const known = recorded.union(await shownByServices(readFromServices()));
await checkByPromtool();
for (const dashboard of dashboards) {
  const problems = dashboard.panels.flatMap(({ title, targets }) =>
    unknownNames(targets.map(({ expr }) => expr)).map((name) => `"${title}" reads ${name}, which nothing shows`),
  );
  check(`dashboard ${dashboard.title} reads what there is (${dashboard.panels.length} panels)`, problems);
}
check(
  `rules read what there is (${rules.length} rules)`,
  rules.flatMap((rule) => unknownNames([rule.expr]).map((name) => `${rule.record ?? rule.alert} reads ${name}`)),
);
const alerts = rules.filter(({ alert }) => alert !== undefined);
check(
  `every alert has its page (${alerts.length} alerts)`,
  alerts
    .filter(({ annotations }) => !existsSync(join(root, annotations?.runbook ?? "-")))
    .map(({ alert }) => alert ?? ""),
);
check("the compose profile fits together", composeProblems(await readWiring()));
check("in a cluster measurements are for monitoring alone", clusterProblems(await readManifests(), METRICS_PORT));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function readRules(): Promise<readonly Rule[]> {
  const found: Rule[] = [];
  for await (const file of new Bun.Glob("*.yml").scan(join(folder, "prometheus/rules"))) {
    const text = await Bun.file(join(folder, "prometheus/rules", file)).text();
    const { groups } = YAML.parse(text) as { groups: { rules: Rule[] }[] };
    found.push(...groups.flatMap((group) => group.rules));
  }
  return found;
}

async function readDashboards(): Promise<readonly Dashboard[]> {
  const paths = await Array.fromAsync(new Bun.Glob("*.json").scan(join(folder, "grafana/dashboards")));
  return Promise.all(paths.map((path) => Bun.file(join(folder, "grafana/dashboards", path)).json()));
}

function readFromServices(): ReadonlySet<string> {
  const panels = dashboards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets));
  const names = [...rules, ...panels].flatMap(({ expr }) => metricNames(expr));
  return new Set(names).difference(recorded);
}

/** Names that the services show once they have served, looked at the outbox and so on: at the latest after 10 s. */
async function shownByServices(wanted: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const stack = await runStack({ METRICS_HOST: "127.0.0.1:0" });
  try {
    for (const endMs = Date.now() + SHOWN_MAX_MS; ; await Bun.sleep(50)) {
      const texts: string[] = [];
      for (const { url, metricsPort } of Object.values(stack.services)) {
        await fetch(`${url}/health`);
        texts.push(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());
      }
      const shown = exposedNames(texts.join("\n"));
      if (wanted.isSubsetOf(shown) || Date.now() > endMs) return shown;
    }
  } finally {
    await stack.stop();
  }
}

function unknownNames(expressions: readonly string[]): readonly string[] {
  return expressions.flatMap(metricNames).filter((name) => !known.has(name));
}

async function checkByPromtool(): Promise<void> {
  if (Bun.which("promtool") === null) {
    console.log("left out: promtool is not installed (apt-get install prometheus)");
    return;
  }
  const prometheus = join(folder, "prometheus");
  const commands = [
    ["check", "config", "prometheus.yml"],
    ["check", "rules", "rules/recording.yml", "rules/alerts.yml"],
    ["test", "rules", "tests/alerts.test.yml", "tests/days.test.yml"],
  ];
  for (const command of commands) {
    const tool = Bun.spawn(["promtool", ...command], { cwd: prometheus, stdout: "pipe", stderr: "pipe" });
    const said = (await new Response(tool.stdout).text()) + (await new Response(tool.stderr).text());
    check(`promtool ${command.slice(0, 2).join(" ")}`, (await tool.exited) === 0 ? [] : said.trim().split("\n"));
  }
}
