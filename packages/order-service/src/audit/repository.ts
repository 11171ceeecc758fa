import { ageInMs } from "@pos/service-kit/age";
import { findPage } from "@pos/service-kit/command-runner";
import { cursorId } from "@pos/service-kit/decoded-documents";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import type { PageItems } from "@pos/service-kit/pagination";
import { majority } from "@pos/service-kit/read-concern";
import { BSON, type Db, type Document, ObjectId } from "mongodb";
import type { OrderDocument } from "../orders/documents.ts";
import { orderOf } from "../orders/mapping-repository.ts";
import type { AuditedDocument } from "./service.ts";

type WithAge = OrderDocument & { ageMs: number };
const QUERY_MAX_MS = 4000;
/** What an audit is made of. */
const projection = {
  userId: 1,
  status: 1,
  rid: 1,
  fingerprint: 1,
  keyHash: 1,
  items: 1,
  history: 1,
  outbox: 1,
  createdAt: 1,
  ageMs: ageInMs,
} as const;

/** Orders and tombstones as the auditor reads them: what a majority has, with their age by the database's clock. */
export class AuditRepository {
  readonly #commands: DirectCommands;

  constructor(db: Db) {
    this.#commands = new DirectCommands(db);
  }

  /** By id. */
  list({ limit, afterId }: { limit: number; afterId: string | undefined }): Promise<PageItems<AuditedDocument>> {
    return this.#read(afterId === undefined ? {} : { _id: { $gt: new ObjectId(afterId) } }, limit);
  }

  async find(id: string): Promise<AuditedDocument | undefined> {
    return (await this.#read({ _id: new ObjectId(id) }, 1)).items[0];
  }

  async #read(filter: Document, limit: number): Promise<PageItems<AuditedDocument>> {
    const { found, hasMore } = await findPage(
      this.#commands,
      {
        find: "orders",
        filter,
        projection,
        sort: { _id: 1 },
        limit,
        readConcern: majority,
        maxTimeMS: QUERY_MAX_MS,
      },
      { mayRepeat: true },
    );
    const items = found.map((bytes) => {
      const { ageMs, ...document } = BSON.deserialize(bytes) as WithAge;
      const { _id } = document;
      return { id: String(_id), cursorId: cursorId(_id), read: () => ({ order: orderOf(document), ageMs }) };
    });
    return { items, hasMore };
  }
}
