/** How a write ended at the database: it is durable, or a failover took it back. */
export type WriteEnd = "committed" | "rolledBack";

interface LoggedWrite<Doc> {
  readonly docs: readonly Doc[];
  readonly end: (how: WriteEnd) => void;
}

/**
 * A collection of a replica set as its clients see it: the primary's state, the part of it that a majority has, and the
 * log between the two. A failover takes the log back, so a read of the primary may show what is never durable. Documents
 * are never changed in place.
 */
export class MajorityStore<Doc extends { readonly id: string }> {
  readonly #local = new Map<string, Doc>();
  readonly #durable = new Map<string, Doc>();
  #log: LoggedWrite<Doc>[] = [];

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

  /** Applies a write on the primary, all documents or none; `end` is told once its fate is known. */
  write(docs: readonly Doc[], end: (how: WriteEnd) => void): void {
    for (const doc of docs) this.#local.set(doc.id, doc);
    this.#log.push({ docs, end });
  }

  /** Whether a write still waits for a majority. */
  get hasPendingWrites(): boolean {
    return this.#log.length > 0;
  }

  /** Makes the oldest writes durable: `count` of them, or all. */
  replicate(count = this.#log.length): void {
    const done = this.#log.splice(0, count);
    for (const { docs } of done) for (const doc of docs) this.#durable.set(doc.id, doc);
    for (const { end } of done) end("committed");
  }

  /** A new primary without the writes that no majority had. */
  failOver(): void {
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
}
