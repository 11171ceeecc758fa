import { Random } from "../simulator/random.ts";
import type { ChaosDatabase } from "./database.ts";
import type { ChaosOptions } from "./options.ts";
import { type ServiceName, serviceNames } from "./service-process.ts";
import type { ChaosStack } from "./stack.ts";

/** One thing that goes wrong. */
export type Fault =
  | { readonly kind: "kill" | "freeze"; readonly target: ServiceName | "database" }
  | { readonly kind: "stepDown" }
  | { readonly kind: "latency" | "reset" | "lostAnswers"; readonly between: "user" | "product" };

/** All faults of a run in the order in which they come: the seed decides. */
export function drawFaults(options: ChaosOptions): readonly Fault[] {
  const random = new Random(options.seed);
  const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);
  const kills: Fault[] = [
    ...serviceNames.flatMap((target) => times(options.killsPerService, { kind: "kill" as const, target })),
    ...times(options.databaseKills, { kind: "kill" as const, target: "database" as const }),
    ...times(options.stepDowns, { kind: "stepDown" as const }),
  ];
  const others: Fault[] = times(Math.ceil(kills.length * 0.8), undefined).map(() => {
    if (random.chance(0.4)) return { kind: "freeze", target: random.pick([...serviceNames, "database"] as const) };
    const kind = random.pick(["latency", "reset", "lostAnswers"] as const);
    return { kind, between: random.pick(["user", "product"] as const) };
  });
  return shuffle([...kills, ...others], random);
}

const ORDERS_BETWEEN_FAULTS = 20;
const WAIT_MAX_MS = 6000;
const PAUSE_MAX_MS = 1500;

/** Carries faults out one after another, some overlapping, and counts the kills. */
export class Saboteur {
  readonly #random: Random;
  readonly #stack: ChaosStack;
  readonly #database: ChaosDatabase;
  /** What is still going wrong. */
  readonly #underWay = new Set<Promise<void>>();
  #databaseWork: Promise<void> = Promise.resolve();
  readonly kills: Record<ServiceName | "database", number> = { user: 0, product: 0, order: 0, database: 0 };

  constructor(stack: ChaosStack, database: ChaosDatabase, seed: number) {
    this.#stack = stack;
    this.#database = database;
    this.#random = new Random(seed + 1);
  }

  /**
   * Lets the stack do some work before each fault, so that there is something to break, but never waits for long: then
   * faults meet a stack that still suffers from the one before.
   * @param options.orders acknowledged so far
   */
  async run(faults: readonly Fault[], options: { orders: () => number; log: (line: string) => void }): Promise<void> {
    for (const fault of faults) {
      const enough = options.orders() + ORDERS_BETWEEN_FAULTS;
      const untilMs = performance.now() + WAIT_MAX_MS;
      while (options.orders() < enough && performance.now() < untilMs) await Bun.sleep(50);
      await Bun.sleep(this.#between(0, PAUSE_MAX_MS));
      options.log(describe(fault));
      const work = this.#carryOut(fault);
      this.#underWay.add(work);
      void work.finally(() => this.#underWay.delete(work));
    }
    await Promise.all(this.#underWay);
  }

  async #carryOut(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case "kill":
        this.kills[fault.target]++;
        return fault.target === "database"
          ? this.#onDatabase((database) => database.kill())
          : this.#stack.services[fault.target].kill();
      case "freeze": {
        const milliseconds = this.#between(200, 6000);
        return fault.target === "database"
          ? this.#onDatabase((database) => database.freeze(milliseconds / 2))
          : this.#stack.services[fault.target].freeze(milliseconds);
      }
      case "stepDown":
        return this.#onDatabase((database) => database.stepDown());
      case "latency":
      case "reset":
      case "lostAnswers":
        return this.#disturb(fault.kind, fault.between);
    }
  }

  async #disturb(kind: "latency" | "reset" | "lostAnswers", between: "user" | "product"): Promise<void> {
    const proxy = this.#stack.proxies[between];
    const milliseconds = this.#between(300, 3000);
    if (kind === "latency") proxy.delayAnswers(this.#between(20, 800));
    if (kind === "reset") proxy.cut();
    if (kind === "lostAnswers") proxy.loseAnswers(true);
    await Bun.sleep(milliseconds);
    if (kind === "latency") proxy.delayAnswers(0);
    if (kind === "reset") proxy.restore();
    if (kind === "lostAnswers") proxy.loseAnswers(false);
  }

  // A database that is being killed cannot be killed.
  #onDatabase(work: (database: ChaosDatabase) => Promise<void>): Promise<void> {
    this.#databaseWork = this.#databaseWork.then(() => work(this.#database));
    return this.#databaseWork;
  }

  #between(least: number, most: number): number {
    return Math.round(least + this.#random.int(Math.max(1, most - least)));
  }
}

function describe(fault: Fault): string {
  if ("target" in fault) return `${fault.kind} ${fault.target}`;
  if ("between" in fault) return `${fault.kind} between order and ${fault.between}`;
  return "step down the primary";
}

function shuffle<Value>(values: Value[], random: Random): Value[] {
  for (let index = values.length - 1; index > 0; index--) {
    const other = random.int(index + 1);
    [values[index], values[other]] = [values[other] as Value, values[index] as Value];
  }
  return values;
}
