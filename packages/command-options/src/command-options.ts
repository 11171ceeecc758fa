import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/**
 * The options of a command of this repository. With --help the usage is printed and the process ends; with an option
 * that does not exist it ends with exit code 2, before anything was started.
 */
export function commandOptions<const Options extends ParseArgsOptionsConfig>(usage: string, options: Options) {
  return orUsage(usage, () => parseArgs({ options }).values);
}

/** What `read` makes of the arguments; with --help, or when it throws, the process ends as in `commandOptions`. */
export function orUsage<Options>(usage: string, read: () => Options): Options {
  if (process.argv.slice(2).some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`);
    process.exit(2);
  }
}

/** The whole number of an option. @throws {TypeError} with a sentence for people unless it is from `min` to `max` */
export function wholeNumber(option: string, text: string, { min = 0, max }: { min?: number; max: number }): number {
  if (/^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new TypeError(`${option} takes a whole number from ${min} to ${max}, not ${text}.`);
}
