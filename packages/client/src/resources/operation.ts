import { Healthy, Meta, Unhealthy } from "@pos/contracts/health";
import { Type } from "@sinclair/typebox";
import type { CallOptions, Transport } from "../transport.ts";

const AnyHealth = Type.Union([Healthy, Unhealthy]);
/** One of the three services. */
export type ServiceName = "user" | "product" | "order";

/** Health and facts of each service. */
export const operationClient = (transports: Readonly<Record<ServiceName, Transport>>) => ({
  /** A 503 of an unhealthy service is an answer here, not an error. */
  health: async (service: ServiceName, options: CallOptions = {}) =>
    (
      await transports[service].call({
        method: "GET",
        path: "/health",
        answer: AnyHealth,
        acceptedStatuses: [503],
        ...options,
      })
    ).value,
  meta: async (service: ServiceName, options: CallOptions = {}) =>
    (await transports[service].call({ method: "GET", path: "/meta", answer: Meta, ...options })).value,
});
