import { count } from "../output/text.ts";
import { cgroupTexts, readKernel } from "./cgroup.ts";

/** With less than this of either mongod or a service ends without saying why: a stack at rest has about 90 threads. */
const THREADS_WANTED = 200;
const OPEN_FILES_WANTED = 1024;

/** The limits of this process that are too low for a stack, in words; what it starts has the same. */
export function tightLimits(read = readKernel, isRoot = process.getuid?.() === 0): readonly string[] {
  const limits = read("/proc/self/limits") ?? "";
  const openFiles = Number(/^Max open files +\S+ +(\d+)/m.exec(limits)?.[1]);
  // Root is bound by the control group alone.
  const ofUser = isRoot ? Number.NaN : Number(/^Max processes +(\d+)/m.exec(limits)?.[1]);
  const ofGroup = Math.min(...cgroupTexts("pids", ["pids.max"], read).map(Number).filter(Number.isInteger));
  return [
    ...below(openFiles, { wanted: OPEN_FILES_WANTED, what: "open file", where: "ulimit -Hn" }),
    ...below(ofUser, { wanted: THREADS_WANTED, what: "process", where: "ulimit -u" }),
    ...below(ofGroup, { wanted: THREADS_WANTED, what: "process", where: "pids.max of its control group" }),
  ];
}

const below = (limit: number, { wanted, what, where }: { wanted: number; what: string; where: string }) =>
  limit < wanted ? [`at most ${count(limit, what)} (${where}); a stack may need ${wanted}`] : [];
