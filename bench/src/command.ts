/** Runs a program to its end. @throws Error when it is not there or fails, with what it said */
export async function run(command: readonly string[], cwd: string): Promise<void> {
  const [program = ""] = command;
  if (Bun.which(program) === null)
    throw new Error(`${program} is not on PATH: the peers need Go 1.26 and Node.js 20 or newer. See bench/README.md.`);
  const child = Bun.spawn([...command], { cwd, stdout: "ignore", stderr: "pipe" });
  const errors = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")} failed:\n${errors}`);
}
