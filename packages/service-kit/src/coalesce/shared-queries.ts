import { Coalescer } from "./coalescer.ts";

/** How shared queries run. */
export interface SharedQueriesOptions<Query, Answer> {
  /** What a query is called in traces. */
  readonly name: string;
  ask(query: Query): Promise<Answer>;
  /** Equal for queries that may share an answer. */
  keyOf(query: Query): string;
  /** Most callers of equal queries that wait; one more is refused. */
  readonly queueMax: number;
}

/**
 * Lets equal queries that arrive while one of them is in flight share the next one. A query starts only after all callers
 * it answers have arrived, so no answer is older than its request; the answer is shared and must not be changed.
 */
export class SharedQueries<Query, Answer> {
  readonly #options: SharedQueriesOptions<Query, Answer>;
  /** The queries in flight: at most one for each waiting caller. */
  readonly #byKey = new Map<string, Coalescer<Query, Answer>>();

  constructor(options: SharedQueriesOptions<Query, Answer>) {
    this.#options = options;
  }

  /** @throws {QueueFullError}, or what the query fails with */
  async ask(query: Query): Promise<Answer> {
    const key = this.#options.keyOf(query);
    const coalescer = this.#byKey.get(key) ?? this.#open(key);
    try {
      return await coalescer.add(query);
    } finally {
      if (coalescer.isIdle && this.#byKey.get(key) === coalescer) this.#byKey.delete(key);
    }
  }

  /** How many different queries are under way. */
  get size(): number {
    return this.#byKey.size;
  }

  #open(key: string): Coalescer<Query, Answer> {
    const { name, ask, queueMax } = this.#options;
    const coalescer = new Coalescer<Query, Answer>({
      name,
      queueMax,
      batchMax: queueMax,
      run: async (queries) => {
        const [first] = queries;
        if (first === undefined) return [];
        const value = await ask(first);
        return queries.map(() => ({ ok: true, value }));
      },
    });
    this.#byKey.set(key, coalescer);
    return coalescer;
  }
}
