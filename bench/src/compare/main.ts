import { orUsage } from "@pos/command-options";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compare } from "./compare.ts";
import { chart } from "./chart.ts";
import { readOptions, USAGE } from "./options.ts";
import { BENCH, BUILD } from "../paths.ts";
import { runProgram, say } from "../program.ts";
import { report } from "./report.ts";
import { failuresOf } from "./result.ts";

const options = orUsage(USAGE, () => readOptions(BENCH));
await runProgram(async () => {
  const result = await compare(options, say);
  const text = report(result);
  process.stdout.write(text);
  const failures = failuresOf(result);
  if (failures.length > 0) throw new Error(`requests failed, so nothing is written: ${failures.join("; ")}`);
  if (options.out === undefined) return;
  const folder = resolve(options.out);
  await mkdir(folder, { recursive: true });
  await Bun.write(join(folder, "RESULT.md"), text);
  await Bun.write(join(folder, "throughput.svg"), chart(result));
  const raw = join(BUILD, "result.json");
  await Bun.write(raw, `${JSON.stringify(result, null, 1)}\n`);
  say(`written to ${folder}; the raw figures to ${raw}`);
});
