import { expect, test } from "bun:test";
import { tightLimits } from "./limits.ts";

const machine = (files: Readonly<Record<string, string>>) => (path: string) => files[path];
const limits = (files: number | "unlimited", processes: number | "unlimited") => ({
  "/proc/self/limits": `Max processes             ${processes}   ${processes}   processes
Max open files            32                   ${files}               files
`,
});

test("too few open files and processes are named with what sets them", () => {
  expect(tightLimits(machine({}), false)).toEqual([]);
  expect(tightLimits(machine(limits("unlimited", "unlimited")), false)).toEqual([]);
  expect(tightLimits(machine(limits(64, 80)), false)).toEqual([
    "at most 64 open files (ulimit -Hn); a stack may need 1024",
    "at most 80 processes (ulimit -u); a stack may need 200",
  ]);
  expect(tightLimits(machine(limits(1024, 80)), true)).toEqual([]);
});

test("the lowest limit of a control group counts, and of those above it", () => {
  const groups = {
    "/proc/self/cgroup": "0::/user/shell\n",
    "/sys/fs/cgroup/user/shell/pids.max": "max\n",
    "/sys/fs/cgroup/user/pids.max": "60\n",
    "/sys/fs/cgroup/pids.max": "4000\n",
  };
  expect(tightLimits(machine(groups), true)).toEqual([
    "at most 60 processes (pids.max of its control group); a stack may need 200",
  ]);
});
