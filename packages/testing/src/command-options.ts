import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/** With --help the usage is printed, and the process ends. */
export function answerHelp(usage: string): void {
  if (!process.argv.slice(2).some((word) => word === "--help" || word === "-h")) return;
  console.log(usage);
  process.exit(0);
}

/**
 * The options of a command of this repository. With --help the usage is printed and the process ends; with an option
 * that does not exist it ends with exit code 2, before anything was started.
 */
export function commandOptions<const Options extends ParseArgsOptionsConfig>(usage: string, options: Options) {
  answerHelp(usage);
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
