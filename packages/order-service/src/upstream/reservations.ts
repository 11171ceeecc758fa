import { ApiError } from "@pos/client/errors";
import type { reservationsClient } from "@pos/client/reservations";
import { TIMEOUT_MS } from "@pos/client/transport";
import { type ErrorEnvelope, errorStatus } from "@pos/contracts/errors";
import { DEADLINE_MAX_MS, RESERVATION_BATCH_MAX } from "@pos/contracts/limits";
import type {
  Reservation,
  ReservationCommand,
  ReservationCommandResult,
  ReservationList,
} from "@pos/contracts/reservations";
import { Coalescer, type Flights } from "@pos/service-kit/coalesce";
import { currentScope, runInScope, type Scope } from "@pos/service-kit/scope";
import { untilDeadline } from "@pos/service-kit/until-deadline";
import type { ReservationRefusal, Reservations, ReserveCommand, Unanswered } from "../placement/ports.ts";
import { hop, type HopTools, type PlacementHopTools } from "./service-call.ts";
import { tooLate, unanswered } from "./unanswered.ts";

type Reserved = Awaited<ReturnType<Reservations["reserve"]>>;
type MoveVerdict = Awaited<ReturnType<Reservations["move"]>>;
/** What came back for one command: its result, the refusal of its whole request, or nothing that decides. */
type Returned = ReservationCommandResult | ApiError | Unanswered;

interface Sent {
  readonly command: ReservationCommand;
  readonly deadlineAtMs: number;
  readonly scope: Scope | undefined;
}

const QUEUE_MAX = 5000;
/** Lines of one request, so that its body stays within 256 KiB. */
const LINES_MAX = 1000;
/** Seconds after which a command that was refused for lack of time or room may come again. */
const RETRY_AFTER_SECONDS = 1;

const refusalStatus: Readonly<Record<ReservationRefusal["code"], number>> = {
  INSUFFICIENT_STOCK: 409,
  PENDING_LIMIT: 409,
  UNKNOWN_PRODUCT: 400,
  IDEMPOTENCY_KEY_REUSED: 422,
};

/**
 * The reservations of product-service over HTTP. Commands that arrive while a request is under way share the next one,
 * each with a verdict of its own; a request without an answer decides nothing for any of them. Holds and moves do not
 * wait for each other.
 */
export function createReservations(
  client: ReturnType<typeof reservationsClient>,
  tools: PlacementHopTools,
): Reservations {
  const { clock } = tools;
  const channel = (name: string, flights?: Flights) =>
    new Coalescer<Sent, Returned>({
      name,
      run: async (batch) => (await send(batch, client, tools)).map((value) => ({ ok: true, value })),
      batchMax: RESERVATION_BATCH_MAX,
      weightMax: LINES_MAX,
      weightOf: ({ command }) => ("items" in command ? command.items.length : 1),
      queueMax: QUEUE_MAX,
      flights,
      isExpired: ({ deadlineAtMs }) => clock.now() >= deadlineAtMs,
    });
  const holds = channel("reserve stock", tools.flights);
  const moves = channel("move reservations");
  const ask = (through: Coalescer<Sent, Returned>, command: ReservationCommand, deadlineAtMs: number) => {
    const scope = currentScope();
    const traced = { ...command, ...traceOf(scope) };
    const returned = through
      .add({ command: traced, deadlineAtMs, scope })
      .catch((error: unknown) => unanswered(error, "product-service"));
    return untilDeadline<Returned>(returned, { deadlineAtMs, clock, late: () => tooLate("product-service") });
  };
  return {
    async reserve(command, deadlineAtMs) {
      const { orderId, userId, fingerprint, items } = command;
      const wire = { command: "reserve" as const, orderId, userId, fingerprint, items: [...items] };
      return reserveVerdict(await ask(holds, wire, deadlineAtMs), command);
    },
    async move(command, { orderId, rid }, deadlineAtMs) {
      return moveVerdict(await ask(moves, { command, orderId, rid }, deadlineAtMs));
    },
  };
}

/**
 * The holds that a reaper looks for.
 * @returns a list that rejects when it has no answer
 */
export function createHolds(
  client: ReturnType<typeof reservationsClient>,
  tools: HopTools,
): Pick<ReturnType<typeof reservationsClient>, "list"> {
  return {
    async list(query) {
      const deadlineAtMs = tools.clock.now() + TIMEOUT_MS;
      const page = await hop<ReservationList | Unanswered>({ to: "product-service", deadlineAtMs }, tools, (options) =>
        client.list(query, options),
      );
      if ("kind" in page) throw new Error("product-service did not list its holds", { cause: page.cause });
      return page;
    },
  };
}

/** Sends commands in one request. When the request itself is refused, each goes alone: one must not fail for another. */
async function send(
  batch: readonly Sent[],
  client: ReturnType<typeof reservationsClient>,
  tools: HopTools,
): Promise<readonly Returned[]> {
  const deadlineAtMs = Math.max(...batch.map((sent) => sent.deadlineAtMs));
  const call = () =>
    hop<readonly ReservationCommandResult[] | ApiError>(
      { to: "product-service", deadlineAtMs },
      tools,
      (options) =>
        client.batch(
          batch.map(({ command }) => command),
          { ...options, timeoutMs: Math.min(options.timeoutMs, DEADLINE_MAX_MS) },
        ),
      (error) => ([400, 413, 422].includes(error.status) ? error : undefined),
    );
  // What a shared call logs belongs to its first command.
  const answer = await runInScope(currentScope() ?? batch[0]?.scope, call);
  if (answer instanceof ApiError && batch.length > 1)
    return (await Promise.all(batch.map((sent) => send([sent], client, tools)))).flat();
  if (!isResults(answer)) return batch.map(() => answer);
  if (answer.length === batch.length) return answer;
  return batch.map(() => broken(`product-service gave ${answer.length} results for ${batch.length} commands`));
}

function reserveVerdict(returned: Returned, command: ReserveCommand): Reserved {
  if ("reservation" in returned) return reservedOf(returned.reservation, command);
  const error = errorOf(returned);
  if (error !== undefined) return refusalOf(error) ?? unanswered(error, "product-service");
  return isUnanswered(returned) ? returned : broken("product-service answered a hold with something else");
}

function moveVerdict(returned: Returned): MoveVerdict {
  if ("moved" in returned) return { kind: "moved", state: returned.moved.state };
  const error = errorOf(returned);
  if (error !== undefined) return moveRefusalOf(error) ?? unanswered(error, "product-service");
  return isUnanswered(returned) ? returned : broken("product-service answered a move with something else");
}

/** An answer about something else than what was asked is no hold: whatever is behind it, the reaper settles it. */
function reservedOf(reservation: Reservation, command: ReserveCommand): Reserved {
  if (reservation.orderId.toLowerCase() !== command.orderId || reservation.fingerprint !== command.fingerprint)
    return broken(`product-service answered with the reservation of order ${reservation.orderId}`);
  if (reservation.state === "released") return { kind: "released" };
  return { kind: "held", rid: reservation.rid, items: reservation.items };
}

function refusalOf(error: ApiError): ReservationRefusal | undefined {
  const code = Object.keys(refusalStatus).find((candidate): candidate is ReservationRefusal["code"] => {
    return candidate === error.code;
  });
  if (code === undefined || refusalStatus[code] !== error.status) return undefined;
  return { kind: "refused", code, message: error.message, details: error.details };
}

/** A 4xx other than those about our token or the other's load refuses the message itself. */
function moveRefusalOf(error: ApiError): MoveVerdict | undefined {
  const isRefusal = error.status >= 400 && error.status < 500 && ![401, 403, 408, 429].includes(error.status);
  return isRefusal ? { kind: "refused", reason: `${error.status} ${error.code}: ${error.message}` } : undefined;
}

function errorOf(returned: Returned): ApiError | undefined {
  if (returned instanceof ApiError) return returned;
  return "error" in returned ? apiErrorOf(returned) : undefined;
}

/** The error that a request of its own would have been answered with. */
function apiErrorOf({ error }: ErrorEnvelope): ApiError {
  const status = errorStatus[error.code];
  return new ApiError({ ...error, status, ...(status === 503 ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}) });
}

const traceOf = (scope: Scope | undefined) => ({
  ...(scope?.requestId === undefined ? {} : { requestId: scope.requestId }),
  ...(scope?.traceparent === undefined ? {} : { traceparent: scope.traceparent }),
});

const isResults = (
  answer: readonly ReservationCommandResult[] | ApiError | Unanswered,
): answer is readonly ReservationCommandResult[] => Array.isArray(answer);

const isUnanswered = (returned: Returned): returned is Unanswered => "kind" in returned;

const broken = (message: string): Unanswered => ({ kind: "unanswered", reason: "broken", cause: new Error(message) });
