/**
 * Kills, or stops for a while, a process that a test has started. A missing id, 0 or -1 would mean whole groups, the own
 * one this test run.
 */
export function killOther(pid: number | undefined, signal: "SIGKILL" | "SIGSTOP" = "SIGKILL"): void {
  if (pid === undefined || pid <= 0 || pid === process.pid) throw new Error(`${pid} is nothing to kill`);
  process.kill(pid, signal);
}
