import type { CheckedLine, CheckedOrder, Journal, PlacedOrder, PlacementRecord, Violation } from "./evidence.ts";

/** I2, I3 on the side of the answers, I10, and whether refusals told the truth. */
export function* journalProblems(journal: Journal, orders: readonly CheckedOrder[]): Generator<Violation> {
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const placement of journal.placements) {
    yield* answerProblems(placement, byId);
    yield* countProblems(placement, byId);
  }
  for (const { orderId, status } of journal.changes) {
    if (byId.get(orderId)?.history.some((step) => step.status === status)) continue;
    yield { invariant: "I2", message: `order ${orderId} was acknowledged as ${status}, which is not in its history` };
  }
  for (const alarm of journal.alarms) yield { invariant: "alarm", message: alarm };
}

function* answerProblems(placement: PlacementRecord, orders: ReadonlyMap<string, CheckedOrder>): Generator<Violation> {
  for (const answer of placement.answers) {
    if (answer.kind === "placed") {
      const kept = orders.get(answer.order.id);
      const problem = differenceOf(answer.order, kept);
      if (problem !== undefined) {
        yield { invariant: "I2", message: `${placement.name} was told of order ${answer.order.id}, ${problem}` };
      }
      if (answer.user === "never" && !answer.isReplay) {
        yield { invariant: "truth", message: `${placement.name} placed an order for a user who never existed` };
      }
    }
    if (answer.kind === "refused" && answer.code === "UNKNOWN_USER" && answer.user === "always") {
      yield { invariant: "truth", message: `${placement.name} was told that an existing user does not exist` };
    }
    if (answer.kind === "refused" && answer.knewOrder === true) {
      yield { invariant: "truth", message: `${placement.name} was told of its order, and later ${answer.code}` };
    }
  }
}

function* countProblems(placement: PlacementRecord, orders: ReadonlyMap<string, CheckedOrder>): Generator<Violation> {
  const told = new Set(placement.answers.flatMap((answer) => (answer.kind === "placed" ? [answer.order.id] : [])));
  if (told.size > 1) {
    yield { invariant: "I3", message: `${placement.name} was told of ${told.size} orders: ${[...told].join(", ")}` };
  }
  if (placement.candidateIds === undefined) return;
  const kept = [...placement.candidateIds].filter((id) => (orders.get(id)?.status ?? "void") !== "void");
  if (kept.length > 1) {
    yield { invariant: "I3", message: `${placement.name} made ${kept.length} orders: ${kept.join(", ")}` };
  }
  if (kept.length > 0 && placement.answers.every(({ kind }) => kind === "refused")) {
    yield { invariant: "I10", message: `${placement.name} was refused every time, yet order ${kept[0]} exists` };
  }
}

function differenceOf(told: PlacedOrder, kept: CheckedOrder | undefined): string | undefined {
  if (kept === undefined) return "which is gone";
  if (kept.status === "void") return "which is void";
  if (kept.userId !== told.userId) return `which belongs to ${kept.userId}`;
  const line = ({ productId, productName, price, quantity }: CheckedLine) =>
    JSON.stringify([productId, productName, price, quantity]);
  return kept.items.map(line).join() === told.items.map(line).join() ? undefined : "which has other items now";
}
