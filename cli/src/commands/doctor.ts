import type { Command } from "commander";
import type { Check } from "../doctor/check.ts";
import { checks } from "../doctor/checks.ts";
import type { Exit } from "../exit-codes.ts";
import { clean } from "../output/text.ts";
import type { View } from "../output/printer.ts";
import { dataDirOption } from "../stack/layout.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";

interface DoctorOptions {
  readonly dataDir?: string;
}

const view: View<Check> = { kind: "check", id: ({ name }) => name, columns: [] };

export const doctorVerb: Verb<DoctorOptions> = {
  usage: "doctor",
  summary: "Check everything that `up` and the other commands need",
  description:
    "Checks runtime, limits, MongoDB, files, disk, ports, databases, services, clock and sign-in, and suggests a fix for each problem. Exits 6 if there is one.",
  configure: (command: Command) => command.option(...dataDirOption),
  run: examine,
};

async function examine({ dataDir }: DoctorOptions, tools: Tools): Promise<Exit> {
  const { printer } = tools;
  const results: Check[] = [];
  for (const run of checks) {
    const result = await run(tools, dataDir);
    results.push(result);
    if (printer.isForPeople) printer.text(render(result, tools));
  }
  if (!printer.isForPeople) printer.list(results, view);
  return results.some(({ status }) => status === "problem") ? "FINDINGS" : "OK";
}

function render({ name, status, detail, fix }: Check, { printer: { style } }: Tools): string {
  const sign = { ok: style.green("✓"), warning: style.yellow("!"), problem: style.red("✗") }[status];
  return `${sign} ${style.bold(name.padEnd(14))} ${clean(detail)}\n${fix === undefined ? "" : `  ${" ".repeat(14)} ${style.dim(`Try: ${clean(fix)}`)}\n`}`;
}
