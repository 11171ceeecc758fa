/** How a write ended at the database: it is durable, or a failover took it back. */
export type WriteEnd = "committed" | "rolledBack";

interface LoggedWrite<Doc> {
  readonly docs: readonly Doc[];
  readonly end: (how: WriteEnd) => void;
}

/** When the next write of a log reaches a majority. */
export type Follow = (replicateOne: () => void) => void;

/**
 * A collection of a replica set as its clients see it: the primary's state, the part of it that a majority has, and the
 * log between the two. A failover takes the log back, so a read of the primary may show what is never durable. Documents
 * are never changed in place.
 */
export class MajorityStore<Doc extends { readonly id: string }> {
  readonly #local = new Map<string, Doc>();
  readonly #durable = new Map<string, Doc>();
  readonly #follow: Follow;
  #log: LoggedWrite<Doc>[] = [];
  #term = 1;

  /** @param follow runs the step that makes one more write durable, sooner or later */
  constructor(follow: Follow) {
    this.#follow = follow;
  }

  /** What the primary shows: read concern `local`. */
  local(id: string): Doc | undefined {
    return this.#local.get(id);
  }

  /** What can never be lost: read concern `majority`. */
  durable(id: string): Doc | undefined {
    return this.#durable.get(id);
  }

  /** All documents of the primary. */
  all(): Iterable<Doc> {
    return this.#local.values();
  }

  /** All documents that can never be lost. */
  allDurable(): Iterable<Doc> {
    return this.#durable.values();
  }

  /** Stores documents from before the schedule. */
  seed(doc: Doc): void {
    this.#local.set(doc.id, doc);
    this.#durable.set(doc.id, doc);
  }

  /** Whether a write still waits for a majority. */
  get hasPendingWrites(): boolean {
    return this.#log.length > 0;
  }

  /** Counts primaries: a transaction ends with the primary that it began on. */
  get term(): number {
    return this.#term;
  }

  /** Applies a write on the primary, all documents or none; `end` is told once its fate is known. */
  write(docs: readonly Doc[], end: (how: WriteEnd) => void): void {
    for (const doc of docs) this.#local.set(doc.id, doc);
    this.#log.push({ docs, end });
    this.#follow(() => this.#replicateOne());
  }

  /** A new primary without the writes that no majority had. */
  failOver(): void {
    this.#term++;
    const lost = this.#log;
    this.#log = [];
    for (const { docs } of lost) {
      for (const { id } of docs) {
        const kept = this.#durable.get(id);
        if (kept === undefined) this.#local.delete(id);
        else this.#local.set(id, kept);
      }
    }
    for (const { end } of lost) end("rolledBack");
  }

  /** Takes a document away as if it had never been: what a purge does. */
  purge(id: string): void {
    this.#local.delete(id);
    this.#durable.delete(id);
  }

  #replicateOne(): void {
    const oldest = this.#log.shift();
    if (oldest === undefined) return;
    for (const doc of oldest.docs) this.#durable.set(doc.id, doc);
    oldest.end("committed");
  }
}
