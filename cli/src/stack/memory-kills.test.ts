import { expect, test } from "bun:test";
import { memoryKills, withMemoryKill } from "./memory-kills.ts";
import { describeEnd, type UnitEnd } from "./unit.ts";

const machine = (files: Readonly<Record<string, string>>) => (path: string) => files[path];

test("the kernel's count is that of the own control group, whatever its version, else of the machine", () => {
  const vmstat = { "/proc/vmstat": "pgfault 12\noom_kill 30\n" };
  expect(memoryKills(machine({}))).toBeUndefined();
  expect(memoryKills(machine({ ...vmstat, "/proc/self/cgroup": "0::/\n" }))).toBe(30);
  const second = { "/sys/fs/cgroup/user/memory.events": "oom 2\noom_kill 1\noom_group_kill 0\n" };
  expect(memoryKills(machine({ ...vmstat, ...second, "/proc/self/cgroup": "0::/user/shell\n" }))).toBe(1);
  // In a container the path is often that of the host.
  const first = { "/sys/fs/cgroup/memory/memory.oom_control": "under_oom 0\noom_kill 4\n" };
  const groups = "9:name=systemd:/\n4:memory:/docker/abc\n0::/docker/abc\n";
  expect(memoryKills(machine({ ...vmstat, ...first, "/proc/self/cgroup": groups }))).toBe(4);
});

test("an end by SIGKILL is called one for lack of memory where the kernel has counted one since", async () => {
  const told = async (end: UnitEnd, ...counts: readonly (number | undefined)[]) => {
    const left = [...counts];
    return describeEnd(await withMemoryKill(Promise.resolve(end), () => left.shift()));
  };
  const killed = { code: undefined, signal: "SIGKILL" };
  expect(await told(killed, 3, 4)).toBe("SIGKILL: probably for lack of memory");
  expect(await told(killed, 3, 3)).toBe("SIGKILL");
  expect(await told(killed, undefined, 4)).toBe("SIGKILL");
  expect(await told({ code: 1, signal: undefined }, 3, 4)).toBe("exit code 1");
});
