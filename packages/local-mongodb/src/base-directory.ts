import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** A process environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable of the XDG Base Directory Specification, and the folder in the user's home that stands for it. */
const folders = { XDG_CACHE_HOME: ".cache", XDG_CONFIG_HOME: ".config" } as const;

/** What the variable names, else its folder in the user's home; a relative path is ignored, as the specification asks. */
export function baseDirectory(env: Environment, variable: keyof typeof folders, home = homedir): string {
  const named = env[variable];
  return named !== undefined && isAbsolute(named) ? named : join(env["HOME"] || knownHome(home), folders[variable]);
}

/** Of a user id without an entry in /etc/passwd nothing is known: container engines then say `/`, and so do we. */
function knownHome(home: () => string): string {
  try {
    return home();
  } catch {
    return "/";
  }
}
