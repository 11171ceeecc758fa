/** The oldest mongod that the services run on: 6.0 (major version). */
export const OLDEST_MAJOR = 6;

/** How long a `mongod --version` may take, in milliseconds. A cold 140 MB binary needs about a second. */
const VERSION_TIMEOUT_MS = 20_000;

/** What asking a binary for its version came to. `problem` is one line, ready to print. */
export type VersionAnswer =
  | { readonly usable: true; readonly version: string }
  | { readonly usable: false; readonly reason: "does-not-run" | "too-old"; readonly problem: string };

/** Runs `<path> --version` and judges the answer. Never throws. */
export async function askVersion(path: string): Promise<VersionAnswer> {
  let output: string;
  try {
    const child = Bun.spawn([path, "--version"], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: VERSION_TIMEOUT_MS,
    });
    const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    if (exitCode !== 0) return doesNotRun(firstLine(stderr) ?? `it ended with exit code ${exitCode}`);
    output = stdout;
  } catch (error) {
    return doesNotRun(error instanceof Error ? error.message : String(error));
  }
  const match = /^db version v(\d+)\.(\d+)\.(\d+\S*)/m.exec(output);
  if (!match) return doesNotRun("its --version prints no `db version` line");
  const version = `${match[1]}.${match[2]}.${match[3]}`;
  if (Number(match[1]) < OLDEST_MAJOR) {
    return { usable: false, reason: "too-old", problem: `is version ${version}, older than ${OLDEST_MAJOR}.0` };
  }
  return { usable: true, version };
}

function doesNotRun(why: string): VersionAnswer {
  return { usable: false, reason: "does-not-run", problem: `does not run: ${why}` };
}

function firstLine(text: string): string | undefined {
  return text
    .split("\n")
    .find((line) => line.trim() !== "")
    ?.trim();
}
