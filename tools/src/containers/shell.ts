const LAST_CHARACTERS = 2000;

export interface ShellOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Default 10 minutes. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command and answers its standard output without the last line end.
 * @throws Error with the end of its output when it fails
 */
export async function shell(command: readonly string[], options: ShellOptions = {}): Promise<string> {
  const child = Bun.spawn([...command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdin: options.input === undefined ? "ignore" : Buffer.from(options.input),
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.timeoutMs ?? 600_000,
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return output.trimEnd();
  throw new Error(`${command.join(" ")}: exit code ${code}\n${`${output}${errors}`.slice(-LAST_CHARACTERS)}`);
}

/** Whether a command ends with 0. */
export async function succeeds(command: readonly string[], options: ShellOptions = {}): Promise<boolean> {
  return shell(command, options).then(
    () => true,
    () => false,
  );
}
