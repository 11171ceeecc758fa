import type { Metrics } from "./metrics.ts";

/** Rarely enough that an idle process stays cheap: each sample wakes it. In five minutes there are 600. */
const LAG_SAMPLE_EVERY_MS = 500;
const LAG_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Memory, processor time and age of this process, under the names that Prometheus clients share. */
export function measureProcess(metrics: Metrics): void {
  const startedAtSeconds = (Date.now() - process.uptime() * 1000) / 1000;
  metrics.gauge(
    { name: "process_resident_memory_bytes", help: "Memory of the process in RAM" },
    process.memoryUsage.rss,
  );
  metrics.gauge(
    { name: "process_heap_bytes", help: "Memory of live and dead JavaScript objects" },
    () => process.memoryUsage().heapUsed,
  );
  metrics.gauge(
    { name: "process_start_time_seconds", help: "When the process started, in seconds since the epoch" },
    () => startedAtSeconds,
  );
  metrics.runningTotal({ name: "process_cpu_seconds_total", help: "CPU time used, user and system" }, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

/**
 * Measures twice a second how late a timer comes: for so long nothing else could run either.
 * @returns what starts and stops it
 */
export function eventLoopLag(metrics: Metrics): { start(): void; stop(): Promise<void> } {
  const lag = metrics.histogram({ name: "event_loop_lag_seconds", help: "How late a timer fired" }, LAG_BUCKETS);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const sample = (dueAtMs: number) => {
    lag.observe(Math.max(0, performance.now() - dueAtMs) / 1000);
    schedule();
  };
  const schedule = () => {
    timer = setTimeout(sample, LAG_SAMPLE_EVERY_MS, performance.now() + LAG_SAMPLE_EVERY_MS);
    timer.unref();
  };
  return {
    start: schedule,
    async stop() {
      clearTimeout(timer);
    },
  };
}
