import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Reads a file of the kernel's; undefined where it is not there, as on every system but Linux. */
export function readKernel(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** What files of a control group say, versions 1 and 2: those of this process's own group first, then of the ones above. */
export function cgroupTexts(controller: "memory" | "pids", names: readonly string[], read = readKernel): string[] {
  const own = read("/proc/self/cgroup") ?? "";
  return [...own.matchAll(/^\d+:(.*?):(.*)$/gm)].flatMap(([, controllers = "", path = ""]) => {
    const root = { "": "/sys/fs/cgroup", [controller]: `/sys/fs/cgroup/${controller}` }[controllers];
    if (root === undefined) return [];
    const groups = upwards(path).flatMap((group) => names.map((name) => join(root, group, name)));
    return groups.flatMap((file) => read(file) ?? []);
  });
}

const upwards = (path: string): readonly string[] =>
  dirname(path) === path ? [path] : [path, ...upwards(dirname(path))];
