import { SHUTDOWN_MAX_MS } from "@pos/contracts/limits";
import type { ServiceFacts, VariableFact } from "@pos/manifests/facts";

/** How long a service waits for its database before it gives up: ten attempts of 2 s and the pauses between them. */
const STARTUP_SECONDS = 171;
const SHUTDOWN_SECONDS = Object.values(SHUTDOWN_MAX_MS).reduce((sum, stepMs) => sum + stepMs, 0) / 1000;
/** One path serves every probe. */
const PROBE_PATHS = ["/health"];

/** What the three services need of their manifests, from the schemas of their environments. */
export async function readServiceFacts(): Promise<readonly ServiceFacts[]> {
  const [user, product, order] = await Promise.all([
    import("@pos/user-service/config"),
    import("@pos/product-service/config"),
    import("@pos/order-service/config"),
  ]);
  return [
    toFacts("user-service", user.environment),
    toFacts("product-service", product.environment),
    toFacts("order-service", order.environment),
  ];
}

function toFacts(service: string, environment: Readonly<Record<string, VariableFact>>): ServiceFacts {
  return {
    service,
    variables: Object.values(environment),
    probePaths: PROBE_PATHS,
    startupSeconds: STARTUP_SECONDS,
    shutdownSeconds: SHUTDOWN_SECONDS,
  };
}
