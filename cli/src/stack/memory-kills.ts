import { cgroupTexts, readKernel } from "./cgroup.ts";
import type { UnitEnd } from "./unit.ts";

/**
 * How many processes the kernel has ended for lack of memory: of this control group, else of the machine.
 * @returns undefined where it does not tell
 */
export function memoryKills(read = readKernel): number | undefined {
  const texts = [...cgroupTexts("memory", ["memory.events", "memory.oom_control"], read), read("/proc/vmstat") ?? ""];
  const counts = texts.flatMap((text) => /^oom_kill (\d+)$/m.exec(text)?.[1] ?? []);
  return counts[0] === undefined ? undefined : Number(counts[0]);
}

/**
 * Adds to an end by SIGKILL whether the kernel has ended something for lack of memory since this was called: it says so
 * nowhere else that a user may read.
 */
export async function withMemoryKill(ended: Promise<UnitEnd>, count = () => memoryKills()): Promise<UnitEnd> {
  const before = count() ?? Number.POSITIVE_INFINITY;
  const end = await ended;
  return end.signal === "SIGKILL" && (count() ?? 0) > before ? { ...end, reason: "probably for lack of memory" } : end;
}
