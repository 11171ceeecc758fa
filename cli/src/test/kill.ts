/** Kills a process that a test has started. A missing id, 0 or -1 would mean whole groups, the own one this test run. */
export function killOther(pid: number | undefined): void {
  if (pid === undefined || pid <= 0 || pid === process.pid) throw new Error(`${pid} is nothing to kill`);
  process.kill(pid, "SIGKILL");
}
