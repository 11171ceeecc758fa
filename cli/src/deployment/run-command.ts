import { CliError } from "../errors.ts";

/** How much of a failed command's last words is shown, in lines. */
const LAST_LINES = 15;

/**
 * Runs a command and answers what it printed to standard output.
 * @throws {CliError} with its last lines when it fails
 */
export async function runCommand(
  command: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Promise<string> {
  const child = Bun.spawn([...command], {
    ...options,
    env: { ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return output;
  const why = `${output}\n${errors}`.trim().split("\n").slice(-LAST_LINES);
  throw new CliError(`${command.slice(0, 3).join(" ")} … failed with exit code ${code}.`, { why });
}
