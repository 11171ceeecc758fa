import { parseArgs } from "node:util";
import type { Step } from "./step.ts";

export const USAGE = `Usage: bun run verify [--only step,step] [--skip step,step] [--full] [--list]

  --only   run these steps and no others, full ones too
  --skip   leave these steps out
  --full   full rounds and the long steps, as in \`bun run verify:full\`
  --list   say what each step ensures, and run nothing`;

export interface VerifyOptions {
  readonly steps: readonly Step[];
  readonly full: boolean;
  readonly list: boolean;
}

/** @throws {TypeError} with a sentence for people when an option or a step is unknown */
export function readOptions(arguments_: readonly string[], all: readonly Step[]): VerifyOptions {
  const { values } = parseArgs({
    args: [...arguments_],
    options: {
      only: { type: "string" },
      skip: { type: "string" },
      full: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
    },
  });
  const only = namesIn(values.only, all);
  const skip = namesIn(values.skip, all) ?? new Set();
  const steps = all.filter(({ name, when }) => {
    if (skip.has(name)) return false;
    return only === undefined ? when === "always" || values.full : only.has(name);
  });
  return { steps, full: values.full, list: values.list };
}

function namesIn(list: string | undefined, all: readonly Step[]): Set<string> | undefined {
  if (list === undefined) return undefined;
  const names = list.split(",").map((name) => name.trim());
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new TypeError(`No step ${unknown.join(", ")}. Steps: ${known.join(", ")}.`);
  return new Set(names);
}
