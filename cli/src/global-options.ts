import { type Command, Option } from "commander";
import { colorModes } from "./output/style.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  readonly profile?: string;
  readonly userUrl?: string;
  readonly productUrl?: string;
  readonly orderUrl?: string;
  readonly output?: string;
  readonly quiet?: boolean;
  /** `--no-color` makes it `never`. */
  readonly color?: string;
  readonly debug?: boolean;
  readonly timeout?: string;
  readonly yes?: boolean;
  /** False with --no-input. */
  readonly input?: boolean;
}

/** Declares them on the program. They may stand before or after the command. */
export function addGlobalOptions(program: Command): void {
  const add = (flags: string, description: string) =>
    program.addOption(new Option(flags, description).helpGroup("Global options:"));
  add("-o, --output <format>", "table, wide, json, ndjson, yaml, name, jsonpath=TEMPLATE (see: help output)");
  add("-q, --quiet", "no messages; only ids on standard output");
  add("--profile <name>", "profile to use (see: profile list)");
  add("--user-url <url>", "address of user-service");
  add("--product-url <url>", "address of product-service");
  add("--order-url <url>", "address of order-service");
  add("--timeout <duration>", "time limit per request, such as 5s (default 10s)");
  program.addOption(
    new Option("--color <when>", "when to use colours").choices(colorModes).helpGroup("Global options:"),
  );
  program.addOption(new Option("--no-color", "the same as --color never").helpGroup("Global options:"));
  add("--debug", "log every request to standard error, without secrets");
  add("-y, --yes", "answer yes to every question");
  add("--no-input", "never ask; fail if an answer is needed");
}

/** Reads what commander made of them: `--no-color` gives false there. */
export function readGlobalOptions(values: Readonly<Record<string, unknown>>): GlobalOptions {
  const { color, ...others } = values;
  return { ...others, ...(color === false ? { color: "never" } : typeof color === "string" ? { color } : {}) };
}

/** Collects an option that may be given several times. */
export const repeated = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
