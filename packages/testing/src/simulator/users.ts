import type { Existence } from "./evidence.ts";

/** The accounts of a schedule. A deleted user never comes back. */
export class Users {
  readonly #deletedAt = new Map<string, number>();
  #moment = 0;

  /** @param ids users who exist from the start; everybody else never does */
  constructor(ids: readonly string[]) {
    for (const id of ids) this.#deletedAt.set(id, Number.POSITIVE_INFINITY);
  }

  exists(id: string): boolean {
    return this.#deletedAt.get(id) === Number.POSITIVE_INFINITY;
  }

  delete(id: string): void {
    if (this.exists(id)) this.#deletedAt.set(id, this.#moment++);
  }

  /** Begins to watch a user; the returned function says when they existed since. */
  watch(id: string): () => Existence {
    const from = this.#moment;
    return () => {
      const deletedAt = this.#deletedAt.get(id) ?? -1;
      if (deletedAt === Number.POSITIVE_INFINITY) return "always";
      return deletedAt < from ? "never" : "sometimes";
    };
  }
}
