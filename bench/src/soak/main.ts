import { orUsage } from "@pos/command-options";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BENCH } from "../paths.ts";
import { runProgram, say } from "../program.ts";
import { MINUTES_MIN, soak } from "./soak.ts";

const USAGE = `Usage: bun run bench:soak [--minutes 20] [--out bench/SOAK.md]

  Loads the stack at 60 % of what it can do, watches memory and queues, and audits it at the end.`;

const { minutes, out } = orUsage(USAGE, readOptions);
await runProgram(async () => {
  const { ratePerSecond, requests, failures, samples, slopes, auditExitCode, audit } = await soak(minutes, say);
  const names = Object.keys(slopes);
  const text = [
    "# Soak",
    "",
    `\`bun run bench:soak\`: ${minutes} minutes at ${ratePerSecond} requests per second, 60 % of full load. Of twenty requests, 12 read a product, 2 a list of 20, 3 an order, and 3 place one. ${requests.toLocaleString("en-US")} requests, ${failures} of them failed.`,
    "",
    `Memory after the first five minutes, MiB per minute: ${names.map((name) => `${name} ${(slopes[name] ?? 0).toFixed(2)}`).join(", ")}.`,
    "",
    `\`ordersctl audit\` at the end: exit code ${auditExitCode}.`,
    "",
    "```",
    audit,
    "```",
    "",
    `| minute | ${names.map((name) => `${name}, MiB`).join(" | ")} | waiting in queues and outbox |`,
    `|---|${names.map(() => "---|").join("")}---|`,
    ...samples.map(
      ({ minute, rss, waiting }) =>
        `| ${minute} | ${names.map((name) => Math.round(rss[name] ?? 0)).join(" | ")} | ${waiting} |`,
    ),
    "",
  ].join("\n");
  process.stdout.write(text);
  await Bun.write(out, text);
  const isFlat = Object.values(slopes).every((slope) => slope < 1);
  if (!isFlat || auditExitCode !== 0 || failures > 0) throw new Error("the soak found something: see above");
});

/** @throws {Error} with a sentence for people */
function readOptions() {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "20" },
      out: { type: "string", default: join(BENCH, "SOAK.md") },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes >= MINUTES_MIN))
    throw new RangeError(`--minutes takes a number from ${MINUTES_MIN}, not ${values.minutes}.`);
  return { minutes, out: values.out };
}
