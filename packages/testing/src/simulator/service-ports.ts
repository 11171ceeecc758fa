import type { Reservations, Users as UserPort } from "@pos/order-service/protocol";
import type { Network, Process } from "./network.ts";
import type { JobAnswer, ProductReplica } from "./product-replica.ts";
import type { Random } from "./random.ts";
import type { Users } from "./users.ts";

const UNANSWERED = { kind: "unanswered", reason: "unavailable" } as const;
type Reserved = Awaited<ReturnType<Reservations["reserve"]>>;
type MoveAnswer = Awaited<ReturnType<Reservations["move"]>>;
type UserAnswer = Awaited<ReturnType<UserPort["check"]>>;

/** product-service as one replica of order-service sees it: any of its replicas, over the network. */
export function reservationsPort(tools: {
  readonly process: Process;
  readonly replicas: readonly ProductReplica[];
  readonly network: Network;
  readonly random: Random;
}): Reservations {
  const { process, replicas, network, random } = tools;
  return {
    reserve: (command) =>
      network.call<Reserved>(process, {
        label: `reserve ${command.orderId}`,
        isSentAgain: true,
        unanswered: UNANSWERED,
        deliver: (answer) =>
          random.pick(replicas).submit({ kind: "reserve", ...command }, (outcome) => answer(reserved(outcome))),
      }),
    move: (kind, target) =>
      network.call<MoveAnswer>(process, {
        label: `${kind} ${target.orderId}`,
        isSentAgain: true,
        unanswered: UNANSWERED,
        deliver(answer) {
          const done = (outcome: JobAnswer) => answer(moved(outcome));
          const replica = random.pick(replicas);
          if (kind === "confirm") replica.confirm(target.orderId, target.rid, done);
          else replica.submit({ kind, ...target }, done);
        },
      }),
  };
}

/** user-service as one replica of order-service sees it. */
export const usersPort = ({
  process,
  users,
  network,
}: {
  process: Process;
  users: Users;
  network: Network;
}): UserPort => ({
  check: (userId) =>
    network.call<UserAnswer>(process, {
      label: `check user ${userId}`,
      isSentAgain: true,
      unanswered: UNANSWERED,
      deliver: (answer) => answer(users.exists(userId) ? { kind: "active" } : { kind: "refused", reason: "unknown" }),
    }),
});

function reserved(outcome: JobAnswer): Reserved {
  if (outcome === "unknown") return UNANSWERED;
  switch (outcome.kind) {
    case "reservation": {
      const { state, rid, items } = outcome.reservation;
      return state === "released" ? { kind: "released" } : { kind: "held", rid, items: [...items] };
    }
    case "unknownProduct":
      return { kind: "refused", code: "UNKNOWN_PRODUCT", message: "unknown product" };
    case "insufficientStock":
      return { kind: "refused", code: "INSUFFICIENT_STOCK", message: "short stock" };
    case "pendingLimit":
      return { kind: "refused", code: "PENDING_LIMIT", message: "too many open units" };
    case "otherFingerprint":
      return { kind: "refused", code: "IDEMPOTENCY_KEY_REUSED", message: "another order" };
    case "brokenProduct":
    case "moved":
      return { kind: "unanswered", reason: "broken" };
  }
}

const moved = (outcome: JobAnswer): MoveAnswer =>
  outcome !== "unknown" && outcome.kind === "moved" ? { kind: "moved", state: outcome.state } : UNANSWERED;
