import { ApiError, NoAnswerError } from "@pos/client/errors";
import type { ServiceToken } from "@pos/client/service-token";
import { type CallOptions, TIMEOUT_MS } from "@pos/client/transport";
import type { Clock } from "@pos/service-kit/clock";
import type { Flights } from "@pos/service-kit/coalesce";
import type { Logger } from "@pos/service-kit/logger";
import { untilDeadline } from "@pos/service-kit/until-deadline";
import type { Unanswered } from "../placement/ports.ts";
import { type ServiceName, tooLate, unanswered } from "./unanswered.ts";

/** What every hop to another service needs. */
export interface HopTools {
  readonly token: ServiceToken;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the hops of a placement share beside that. */
export interface PlacementHopTools extends HopTools {
  /**
   * Of user checks and holds: a placement waits for both, so that a check that went ahead alone would be a call more for
   * the same wait. Each goes when it can when absent.
   */
  readonly flights?: Flights;
}

/** Limits and names of one hop. */
export interface Hop {
  /** Where it goes, for the log. */
  readonly to: ServiceName;
  readonly deadlineAtMs: number;
}

/**
 * Makes one call as this service, within its deadline. It is repeated once, after a refused token with a new one, after a
 * cut or refused connection with another: an instance that ends must not fail an order. What is called here may be
 * carried out twice.
 * @param call gets the milliseconds that remain
 * @param verdict reads an answered error; undefined when it decides nothing
 */
export async function hop<Value>(
  { to, deadlineAtMs }: Hop,
  tools: HopTools,
  call: (options: CallOptions & { timeoutMs: number }) => Promise<Value>,
  verdict: (error: ApiError) => Value | undefined = () => undefined,
): Promise<Value | Unanswered> {
  const { clock, token, logger } = tools;
  // A clock that was set back would leave a silent service hours to answer, and whoever waits behind this call as well.
  const attempt = () => call({ timeoutMs: Math.min(deadlineAtMs - clock.now(), TIMEOUT_MS) });
  const work = async (): Promise<Value | Unanswered> => {
    try {
      return await attempt().catch((error: unknown) => {
        const isRefused = error instanceof ApiError && error.status === 401;
        const isCut = error instanceof NoAnswerError && !error.isTimeout;
        if (!isRefused && !isCut) throw error;
        if (isRefused) token.forget();
        return attempt();
      });
    } catch (error) {
      const decided = error instanceof ApiError ? verdict(error) : undefined;
      if (decided !== undefined) return decided;
      const result = unanswered(error, to);
      if (result.reason === "denied") logger.error({ err: error, to }, "another service refuses this service's token");
      else logger.warn({ err: error, to, reason: result.reason }, "no answer from another service");
      return result;
    }
  };
  if (clock.now() >= deadlineAtMs) return tooLate(to);
  return untilDeadline(work(), { deadlineAtMs, clock, late: () => tooLate(to) });
}
