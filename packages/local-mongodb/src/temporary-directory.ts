import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * mongods that are just being killed may still make files: tried again for 5 s. A test that runs out of time has its
 * processes terminated by the runner; the guard must outlive that.
 */
const REMOVE_WITH_PARENT = `
trap "" TERM INT HUP
read -r _
for _ in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf -- "$1" && sleep 0.2 && [ ! -e "$1" ] && exit 0
  sleep 0.3
done`;

/** A pipe end that the garbage collector takes would look like the parent's death. */
const heldOpen: unknown[] = [];

/** A new directory (0700) for temporary files that is removed when this process is gone, however it goes (POSIX only). */
export async function temporaryDirectory(prefix: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const guard = spawn("sh", ["-c", REMOVE_WITH_PARENT, "directory-guard", path], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  const pipe: unknown = guard.stdin;
  if (pipe !== null && typeof pipe === "object" && "unref" in pipe && typeof pipe.unref === "function") pipe.unref();
  heldOpen.push(guard);
  return path;
}
