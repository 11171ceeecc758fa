import type { OrderStatus } from "@pos/contracts/orders";
import type { ChangeResult, PlaceCommand, Placement } from "@pos/order-service/protocol";
import type { Answer, Journal, PlacementRecord } from "./evidence.ts";
import { Process } from "./network.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

const TRIES_MAX = 4;
const REPEATS_MAX = 12;
const DEADLINE_MS = 4000;
const UNKNOWN = { kind: "unknown" } as const;

/** What the clients live in. */
export interface ClientTools {
  readonly world: World;
  readonly plan: Plan;
  readonly random: Random;
  readonly userIds: readonly string[];
  readonly productIds: readonly string[];
}

interface Open extends PlacementRecord {
  readonly command: Omit<PlaceCommand, "deadlineAtMs">;
  readonly candidateIds: Set<string>;
  readonly answers: Answer[];
  tries: number;
}

/** The customers and the administrator of a schedule, with the journal of what they were told. */
export class Clients {
  readonly #process = new Process("client");
  readonly #tools: ClientTools;
  readonly #placements: Open[] = [];
  readonly #changes: { orderId: string; status: string }[] = [];
  readonly #orderIds: string[] = [];

  constructor(tools: ClientTools) {
    this.#tools = tools;
  }

  /** What they were told so far. */
  journal(): Omit<Journal, "alarms"> {
    return { placements: this.#placements, changes: this.#changes };
  }

  /** Somebody places an order; with a key, sometimes twice at once. */
  place(): void {
    const { random, plan, userIds, productIds } = this.#tools;
    if (this.#placements.length >= plan.placements) return this.#repeat();
    const userId = random.chance(0.05) ? "stranger" : random.pick(userIds);
    const lines = Array.from({ length: 1 + random.int(2) }, () => ({
      productId: random.pick(productIds),
      quantity: 1 + random.int(2),
    }));
    const name = `placement-${this.#placements.length + 1}`;
    const isKeyed = random.chance(plan.keyedRate);
    const command = { userId, by: userId, lines, ...(isKeyed ? { idempotencyKey: name } : {}) };
    const open: Open = { name, userId, command, candidateIds: new Set(), answers: [], tries: 0 };
    this.#placements.push(open);
    this.#send(open);
    if (isKeyed && random.chance(plan.twinRate)) this.#send(open);
  }

  /** Customers whose keyed request was never answered ask once more. */
  retryOpen(): void {
    for (const open of this.#placements) {
      if (open.command.idempotencyKey !== undefined && open.answers.every(({ kind }) => kind === "unknown")) {
        this.#send(open);
      }
    }
  }

  /** Somebody moves one of the orders they know. */
  change(to: OrderStatus): void {
    const { random, world } = this.#tools;
    const orderId = random.pick(this.#orderIds);
    if (orderId === undefined) return;
    void world.network
      .call<ChangeResult>(this.#process, {
        label: `PUT ${orderId} ${to}`,
        unanswered: UNKNOWN,
        deliver: (answer) =>
          random.pick(world.orderReplicas).change({ orderId, to, by: "admin", admit: () => undefined }, answer),
      })
      .then((result) => {
        if (result.kind === "changed" || result.kind === "unchanged") this.#changes.push({ orderId, status: to });
      });
  }

  // Asking again with the same key is always allowed, also after an answer.
  #repeat(): void {
    const open = this.#tools.random.pick(this.#placements);
    if (open?.command.idempotencyKey !== undefined && open.tries < REPEATS_MAX) this.#send(open);
  }

  #send(open: Open): void {
    const { random, world } = this.#tools;
    open.tries++;
    const existence = world.users.watch(open.userId);
    const knewOrder = open.answers.some(({ kind }) => kind === "placed");
    const command = { ...open.command, deadlineAtMs: world.scheduler.clock.now() + DEADLINE_MS };
    void world.network
      .call<Placement>(this.#process, {
        label: `POST ${open.name}`,
        unanswered: UNKNOWN,
        // A copy whose answer nobody waits for would make the journal lie.
        mayRepeat: false,
        deliver: (answer) =>
          random.pick(world.orderReplicas).place(command, (id) => void open.candidateIds.add(id), answer),
      })
      .then((placement) => {
        const answer = { ...answerOf(placement), user: existence(), knewOrder };
        open.answers.push(answer);
        if (answer.kind === "placed") this.#orderIds.push(answer.order.id);
        const isOver = answer.kind !== "unknown" || command.idempotencyKey === undefined || open.tries >= TRIES_MAX;
        if (!isOver) world.scheduler.soon(() => this.#send(open));
      });
  }
}

function answerOf(placement: Placement): Answer {
  switch (placement.kind) {
    case "placed":
    case "replayed":
      return { kind: "placed", order: placement.order, isReplay: placement.kind === "replayed" };
    case "rejected":
      return { kind: "refused", code: placement.code };
    case "unanswered":
    case "unknown":
    case "collision":
      return UNKNOWN;
  }
}
