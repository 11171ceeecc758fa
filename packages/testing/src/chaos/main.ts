import { orUsage } from "@pos/command-options";
import { type ChaosOptions, readOptions, USAGE } from "./options.ts";
import { type ChaosReport, runChaos } from "./run.ts";

const VIOLATIONS_SHOWN_MAX = 20;

function print(report: ChaosReport, { seed }: ChaosOptions): void {
  const { kills, statuses, restMs, violations } = report;
  const answers = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status || "none"}: ${count}`);
  const lines = {
    seed,
    "acknowledged orders": report.acknowledgedOrders,
    retries: report.retries,
    "given-up attempts": report.tombstones,
    answers: answers.join(", "),
    kills: Object.entries(kills)
      .map(([name, count]) => `${name} ${count}`)
      .join(", "),
    "longest freeze": `${(report.longestFreezeMs / 1000).toFixed(1)} s`,
    "came to rest after": restMs === undefined ? "never" : `${(restMs / 1000).toFixed(1)} s`,
    violations: violations.length,
  };
  for (const [name, value] of Object.entries(lines)) console.log(`${`${name}:`.padEnd(22)}${value}`);
  for (const { invariant, message } of violations.slice(0, VIOLATIONS_SHOWN_MAX))
    console.log(`  ${invariant}: ${message}`);
}

const options = orUsage(USAGE, () => readOptions(process.argv.slice(2)));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
const report = await runChaos(options, (line) => console.error(`${new Date().toISOString().slice(11, 23)} ${line}`));
print(report, options);
process.exitCode = report.violations.length === 0 && report.restMs !== undefined ? 0 : 1;
