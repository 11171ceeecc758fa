import type { Health } from "@pos/contracts/health";

/** One thing a service needs in order to serve. */
export interface HealthCheck {
  readonly name: string;
  /** @throws when it does not answer; the monitor has a limit of its own */
  check(): Promise<void>;
}

/** What GET /health answers, and the switch that turns it to 503 while the service drains. */
export interface HealthMonitor {
  read(): Promise<Health>;
  /** From now on unhealthy, so that balancers stop sending requests. */
  drain(): void;
  readonly isDraining: boolean;
}

const CHECK_TIMEOUT_MS = 1500;
const REASON_MAX_LENGTH = 200;

/** Checks run side by side, each for at most 1.5 s; probes that come while a round is under way share it. */
export function createHealthMonitor(service: string, healthChecks: readonly HealthCheck[]): HealthMonitor {
  let isDraining = false;
  let round: Promise<Health> | undefined;
  const run = async (): Promise<Health> => {
    const results = await Promise.all(healthChecks.map(runCheck));
    if (isDraining) results.push(["lifecycle", { status: "down" as const, reason: "the service is stopping" }]);
    const isHealthy = results.every(([, result]) => result.status === "up");
    return { status: isHealthy ? "healthy" : "unhealthy", service, checks: Object.fromEntries(results) };
  };
  return {
    read: () =>
      (round ??= run().finally(() => {
        round = undefined;
      })),
    drain: () => {
      isDraining = true;
    },
    get isDraining() {
      return isDraining;
    },
  };
}

async function runCheck({ name, check }: HealthCheck) {
  const startedAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
    });
    await Promise.race([check(), limit]);
    return [name, { status: "up" as const, durationMs: Math.round(performance.now() - startedAt) }] as const;
  } catch (error) {
    // The reason is a class of error, not its text: a driver's message names hosts.
    const reason = error instanceof Error && error.name !== "Error" ? error.name : "no answer";
    return [name, { status: "down" as const, reason: reason.slice(0, REASON_MAX_LENGTH) }] as const;
  } finally {
    clearTimeout(timer);
  }
}
