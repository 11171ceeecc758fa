import { commonEnvironment, jwksUrl } from "@pos/service-kit/common-config";
import { type Configuration, integer, required } from "@pos/service-kit/config";

/** Default of MAX_PENDING_UNITS. */
const PENDING_UNITS_DEFAULT = 1_000_000;

/** Environment of product-service. */
export const environment = {
  ...commonEnvironment({ port: 3002 }),
  jwksUrl: required(jwksUrl()),
  maxPendingUnits: integer("MAX_PENDING_UNITS", PENDING_UNITS_DEFAULT, {
    describe: "most units of one product that one user's pending orders may hold",
    minimum: 1,
    maximum: 1_000_000_000_000,
  }),
};
export type Config = Configuration<typeof environment>;
