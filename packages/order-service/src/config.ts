import { DEADLINE_MAX_MS } from "@pos/contracts/limits";
import { commonEnvironment, jwksUrl } from "@pos/service-kit/common-config";
import { type Configuration, httpUrl, integer, required, secret, textOr } from "@pos/service-kit/config";

/** Default of PLACEMENT_TIMEOUT_MS; clients wait a second longer. */
const PLACEMENT_TIMEOUT_DEFAULT_MS = 4000;

/** Environment of order-service. */
export const environment = {
  ...commonEnvironment({ port: 3003 }),
  jwksUrl: {
    ...jwksUrl(),
    describe: "address of the key set that verifies access tokens (default: that of USER_SERVICE_URL)",
  },
  userServiceUrl: required(httpUrl("USER_SERVICE_URL", { describe: "address of user-service" })),
  productServiceUrl: required(httpUrl("PRODUCT_SERVICE_URL", { describe: "address of product-service" })),
  serviceClientId: textOr("SERVICE_CLIENT_ID", "order-service", {
    describe: "client id of this service at user-service",
  }),
  serviceClientSecret: required(
    secret("SERVICE_CLIENT_SECRET", { describe: "client secret of this service", minLength: 32 }),
  ),
  placementTimeoutMs: integer("PLACEMENT_TIMEOUT_MS", PLACEMENT_TIMEOUT_DEFAULT_MS, {
    describe: "how long placing an order may take, in milliseconds",
    minimum: 50,
    maximum: DEADLINE_MAX_MS,
  }),
  relayPeriodMs: integer("RELAY_PERIOD_MS", 1000, {
    describe: "pause between two rounds of the outbox relay, in milliseconds",
    minimum: 10,
    maximum: 5000,
  }),
  reaperPeriodMs: integer("REAPER_PERIOD_MS", 5000, {
    describe: "pause between two rounds of the reaper, in milliseconds",
    minimum: 10,
    maximum: 60_000,
  }),
  reaperAgeMs: integer("REAPER_AGE_MS", 60_000, {
    describe: "age at which a held reservation counts as abandoned, in milliseconds",
    minimum: 100,
    maximum: 3_600_000,
  }),
};
export type Config = Configuration<typeof environment>;
