import { CliError, messageOf } from "../errors.ts";

/** What one check came to. */
export interface Check {
  readonly name: string;
  readonly status: "ok" | "warning" | "problem";
  readonly detail: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
}

/** A check that ended with an error. */
export function problemOf(error: unknown): Omit<Check, "name"> {
  const fix = error instanceof CliError ? error.tries[0] : undefined;
  return { status: "problem", detail: messageOf(error), ...(fix === undefined ? {} : { fix }) };
}
