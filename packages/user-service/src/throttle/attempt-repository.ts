import { Coalescer, type Settled } from "@pos/service-kit/coalesce";
import { findDocuments, writeErrorsOf } from "@pos/service-kit/command-runner";
import { isDuplicateKey } from "@pos/service-kit/database-errors";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import type { Db, Document } from "mongodb";
import { type Counter, type CountWindow, ended, endsOfOpen, oneMore } from "./documents.ts";

/** A counter and the count that it never exceeds. */
export interface CountLimit {
  readonly id: string;
  readonly most: number;
}

/** Changes of one command; counting an attempt, or taking it back, is three updates. */
const BATCH_MAX = 50;
/** Changes that wait: far more than the hasher lets through. */
const WAITING_MAX = 1000;
/** How long MongoDB tries to count, in milliseconds: a little longer than anybody waits for it. */
const COUNT_MAX_MS = 5000;
const COUNT_ATTEMPTS_MAX = 10;
const DONE = -1;

/** One update of a change, as the command holds it; with `limit` it counts up, unless the counter is at its limit. */
interface Step {
  readonly update: Document;
  readonly limit?: CountLimit & { readonly window: CountWindow };
}

type Change = readonly Step[];

/**
 * Counters of attempts, shared by all replicas. Concurrent changes share a command: a successful attempt is taken back
 * with the count of the next one.
 */
export class AttemptRepository {
  readonly #commands: DirectCommands;
  readonly #changes: Coalescer<Change, Counter | undefined>;

  constructor(db: Db) {
    this.#commands = new DirectCommands(db);
    this.#changes = new Coalescer({
      name: "throttle.change",
      run: (changes) => this.#change(changes),
      batchMax: BATCH_MAX,
      queueMax: WAITING_MAX,
    });
  }

  /**
   * Counts one up in each of some counters, in order. It ends before the first counter that is at its limit, so that
   * this and the later ones do not count an attempt that is refused.
   * @returns the counter that was at its limit; undefined when all have counted
   */
  countUp(limits: readonly CountLimit[], window: CountWindow): Promise<Counter | undefined> {
    return this.#changes.add(
      limits.map((limit) => ({ update: countUnlessAtLimit(limit, window), limit: { ...limit, window } })),
    );
  }

  /** Ends the window of one counter, if any, and takes one count back from each of others. */
  async takeBack({ clear, countDown }: { clear?: string; countDown: readonly string[] }): Promise<void> {
    const updates = [
      ...(clear === undefined ? [] : [{ q: { _id: clear }, u: ended }]),
      ...countDown.map((id) => ({ q: { _id: id }, u: { $inc: { count: -1 } } })),
    ];
    await this.#changes.add(updates.map((update) => ({ update })));
  }

  /** Ends the windows of counters: the next counts begin new ones. */
  async end(ids: readonly string[]): Promise<void> {
    await this.#changes.add(ids.map((id) => ({ update: { q: { _id: id }, u: ended } })));
  }

  /** The counters whose windows are still open. */
  read(ids: readonly string[], window: CountWindow): Promise<Counter[]> {
    const filter = { _id: { $in: ids }, expiresAt: endsOfOpen(window) };
    const command = { find: "throttle", filter, batchSize: ids.length + 1 };
    return findDocuments<Counter>(this.#commands, command, { mayRepeat: true });
  }

  /** Carries out changes in order, whole or until one of their counters refuses. */
  async #change(changes: readonly Change[]): Promise<readonly Settled<Counter | undefined>[]> {
    const refusals = new Map<Change, Counter>();
    let left = changes.flatMap((change) => change.map((step) => ({ ...step, change })));
    for (let tries = 1; left.length > 0;) {
      const index = await this.#writeUntilRefused(left);
      if (index === DONE) break;
      const { limit, change } = left[index] ?? {};
      if (limit === undefined || change === undefined) throw new Error("what does not count cannot refuse");
      const [counter] = await this.read([limit.id], limit.window);
      left = left.slice(index);
      if (counter !== undefined && counter.count >= limit.most) {
        refusals.set(change, counter);
        left = left.filter((step) => step.change !== change);
        tries = 1;
      } else if (tries++ === COUNT_ATTEMPTS_MAX) throw new Error("a counter could not be made");
      // Else two first counts met, or a count was taken back meanwhile: it goes on from here.
    }
    return changes.map((change) => ({ ok: true, value: refusals.get(change) }));
  }

  /** @returns which step has refused, those before it being done; DONE when all are */
  async #writeUntilRefused(steps: readonly Step[]): Promise<number> {
    const updates = steps.map(({ update }) => update);
    // After a lost answer an attempt may count twice; it must not be taken back twice.
    const mayRepeat = steps.every(({ limit }) => limit !== undefined);
    // Else MongoDB would still make the count of an attempt that has failed, and nobody would take it back. What takes
    // counts back should happen, late or not, and a count that shares its command may stay.
    const timeLimit = mayRepeat ? { maxTimeMS: COUNT_MAX_MS } : {};
    // A count that a fail-over loses lets one more attempt through; waiting for the majority would slow every sign-in.
    const command = { update: "throttle", updates, ordered: true, writeConcern: { w: 1 }, ...timeLimit };
    const reply = await this.#commands.run(command, { mayRepeat });
    const [failed] = writeErrorsOf(reply);
    if (failed === undefined) return DONE;
    if (isDuplicateKey(failed.error)) return failed.index;
    throw failed.error;
  }
}

/** A counter at its limit does not match: the insert in its place meets the counter's id, and the command ends. */
function countUnlessAtLimit({ id, most }: CountLimit, window: CountWindow): Document {
  const q = { _id: id, $or: [{ count: { $lt: most } }, { expiresAt: { $not: endsOfOpen(window) } }] };
  return { q, u: oneMore(window), upsert: true };
}
