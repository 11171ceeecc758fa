import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bench } from "./bench.ts";
import { chart } from "./chart.ts";
import { readOptions, USAGE } from "./options.ts";
import { BENCH } from "./paths.ts";
import { killAll } from "./process.ts";
import { report } from "./report.ts";

process.on("exit", killAll);
for (const [name, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const)
  process.on(name, () => process.exit(128 + number));

const say = (line: string): void => {
  process.stderr.write(`[${(performance.now() / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), BENCH);
  if (options === "help") {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const result = await bench(options, say);
  const text = report(result);
  process.stdout.write(text);
  if (options.out === undefined) return;
  const folder = resolve(options.out);
  await mkdir(folder, { recursive: true });
  await Bun.write(join(folder, "RESULT.md"), text);
  await Bun.write(join(folder, "throughput.svg"), chart(result));
  await Bun.write(join(folder, "result.json"), `${JSON.stringify(result, null, 1)}\n`);
  say(`written to ${folder}`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
