import type { Random } from "./random.ts";
import type { Scheduler, Trace } from "./scheduler.ts";

/** A process that can die: what it waits for never arrives in its next life. */
export class Process {
  readonly name: string;
  #life = 0;
  #isAlive = true;

  constructor(name: string) {
    this.name = name;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  kill(): void {
    this.#isAlive = false;
    this.#life++;
  }

  start(): void {
    this.#isAlive = true;
  }

  /** `run`, but only in this life of the process. */
  inThisLife<Arguments extends unknown[]>(run: (...values: Arguments) => void): (...values: Arguments) => void {
    const life = this.#life;
    return (...values) => {
      if (this.#isAlive && this.#life === life) run(...values);
    };
  }
}

/** How long a late message is on its way, in milliseconds: up to longer than a reaper waits. */
const DELAYS_MS = [0, 100, 2000, 20_000, 200_000];

/** How often a message meets a fault, 0 to 1 each. */
export interface FaultRates {
  /** The request never arrives. */
  readonly lostRequest: number;
  /** The request is carried out, its answer never arrives. */
  readonly lostAnswer: number;
  /** The caller gives up first; the request may arrive before, after or long after that. */
  readonly late: number;
  /** The request arrives twice. */
  readonly duplicate: number;
}

export const NO_FAULTS: FaultRates = { lostRequest: 0, lostAnswer: 0, late: 0, duplicate: 0 };

/** One request to another party. */
export interface Message<Result> {
  readonly label: string;
  /** What an answer that never comes looks like to the caller. */
  readonly unanswered: Result;
  /** False for what nothing between the parties ever sends twice. */
  readonly mayRepeat?: boolean;
  /** Whether the caller sends it once more when its connection breaks before the answer: that answer counts. */
  readonly isSentAgain?: boolean;
  /** Carries the request out; `answer` may be called at once, later or never. */
  deliver(answer: (result: Result) => void): void;
}

/** Carries requests between processes and to databases, and loses, delays and doubles them while faults are on. */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #trace: Trace;
  #rates: FaultRates = NO_FAULTS;

  constructor(tools: { scheduler: Scheduler; random: Random; trace: Trace }) {
    this.#scheduler = tools.scheduler;
    this.#random = tools.random;
    this.#trace = tools.trace;
  }

  /** The rates of every message from now on. */
  setRates(rates: FaultRates): void {
    this.#rates = rates;
  }

  /** Sends one request; a caller that dies meanwhile never hears the answer. */
  call<Result>(from: Process, message: Message<Result>): Promise<Result> {
    return new Promise((resolve) => {
      const arrive = from.inThisLife(resolve);
      const answer = (result: Result) => this.#scheduler.soon(() => arrive(result));
      const giveUp = () => answer(message.unanswered);
      const deliver = (reply: (result: Result) => void) => message.deliver(reply);
      const lose = () => {
        if (message.isSentAgain !== true || this.#random.chance(0.5)) giveUp();
        else this.#scheduler.soon(from.inThisLife(() => deliver(answer)));
      };
      const fate = this.#fate();
      this.#trace?.(`${from.name} → ${message.label}${fate === "fine" ? "" : ` (${fate})`}`);
      if (fate === "late") this.#later(() => deliver(answer));
      else if (fate !== "lostRequest") this.#scheduler.soon(() => deliver(fate === "lostAnswer" ? lose : answer));
      if (fate === "duplicate" && message.mayRepeat !== false) this.#later(() => deliver(() => undefined));
      if (fate === "lostRequest" || fate === "late") giveUp();
    });
  }

  #later(deliver: () => void): void {
    this.#scheduler.after(this.#random.pick(DELAYS_MS), deliver);
  }

  #fate(): keyof FaultRates | "fine" {
    const { lostRequest, lostAnswer, late, duplicate } = this.#rates;
    const sum = lostRequest + lostAnswer + late + duplicate;
    if (sum === 0 || !this.#random.chance(sum)) return "fine";
    const at = (this.#random.int(1000) / 1000) * sum;
    if (at < lostRequest) return "lostRequest";
    if (at < lostRequest + lostAnswer) return "lostAnswer";
    return at < lostRequest + lostAnswer + late ? "late" : "duplicate";
  }
}
