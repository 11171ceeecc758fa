import { CliError } from "../errors.ts";
import type { Io } from "../io.ts";

export interface ServiceUrl {
  readonly name: string;
  readonly url: string;
}

/** The services' own back-off to their databases takes up to 171 s. */
const HEALTHY_WITHIN_MS = 200_000;
const POLL_MS = 500;
const SAY_EVERY_MS = 10_000;

/** Where compose.yaml publishes the services, by the variables that it reads. */
export function serviceUrls(environment: Readonly<Record<string, string | undefined>>): readonly ServiceUrl[] {
  const address = environment["BIND_ADDRESS"] || "127.0.0.1";
  const host = address === "0.0.0.0" ? "127.0.0.1" : address;
  return [
    { name: "user-service", url: `http://${host}:${environment["USER_SERVICE_PORT"] || 3001}` },
    { name: "product-service", url: `http://${host}:${environment["PRODUCT_SERVICE_PORT"] || 3002}` },
    { name: "order-service", url: `http://${host}:${environment["ORDER_SERVICE_PORT"] || 3003}` },
  ];
}

/**
 * Waits until every service says that it is healthy.
 * @throws {CliError} UNREACHABLE with those that are not, after 200 s
 */
export async function waitForHealth(
  services: readonly ServiceUrl[],
  { io, say }: { io: Pick<Io, "now" | "sleep">; say: (line: string) => void },
): Promise<void> {
  const startedAt = io.now();
  let saidAt = startedAt;
  for (;;) {
    const answers = await Promise.all(
      services.map(async (service) => ({ service, healthy: await isHealthy(service.url) })),
    );
    const waiting = answers.filter(({ healthy }) => !healthy).map(({ service }) => service.name);
    if (waiting.length === 0) return;
    const passedMs = io.now() - startedAt;
    if (passedMs > HEALTHY_WITHIN_MS) {
      throw new CliError(`Not healthy after ${HEALTHY_WITHIN_MS / 1000} s: ${waiting.join(", ")}.`, {
        exit: "UNREACHABLE",
      });
    }
    if (io.now() - saidAt >= SAY_EVERY_MS) {
      say(`waiting for ${waiting.join(", ")} (${Math.round(passedMs / 1000)} s)`);
      saidAt = io.now();
    }
    await io.sleep(POLL_MS);
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
