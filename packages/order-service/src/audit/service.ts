import { type AuditListQuery, AuditOrder, type AuditOrderList } from "@pos/contracts/audit";
import { notFound } from "@pos/service-kit/app-error";
import { endPage, type PageItems, readPage } from "@pos/service-kit/pagination";
import { wireForm } from "@pos/service-kit/wire-form";
import { historyView } from "../orders/views.ts";
import { entryView } from "../outbox/views.ts";
import type { StoredOrder } from "../placement/order.ts";

/** An order and its age, in milliseconds. */
export interface AuditedOrder {
  readonly order: StoredOrder;
  readonly ageMs: number;
}

/** What is stored under an id. */
export interface AuditedDocument {
  readonly id: string;
  /** Of a page that ends here. */
  readonly cursorId: string;
  /** @throws where a field is of a type that this service never writes */
  read(): AuditedOrder;
}

/** Where the auditor reads. */
export interface AuditReader {
  list(page: { limit: number; afterId: string | undefined }): Promise<PageItems<AuditedDocument>>;
  find(id: string): Promise<AuditedDocument | undefined>;
}

const form = wireForm("order", AuditOrder);

/** Orders with all that the invariants speak of: tombstones, key hashes, outbox. */
export class AuditService {
  readonly #reader: AuditReader;

  constructor(reader: AuditReader) {
    this.#reader = reader;
  }

  /** By id; what nobody could judge is named apart. */
  async list(query: AuditListQuery): Promise<AuditOrderList> {
    const { limit, after } = readPage(query);
    const found = await this.#reader.list({ limit, afterId: after?.id });
    const { items, nextCursor } = endPage(found, ({ cursorId }) => ({ createdAtMs: 0, id: cursorId }));
    const { whole, ...rest } = form.part(items.map(({ id, read }) => ({ id, view: () => auditView(read()) })));
    return { orders: whole, ...rest, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** @throws {AppError} NOT_FOUND; INTERNAL_ERROR that names what is wrong with it */
  async get(id: string): Promise<AuditOrder> {
    const found = await this.#reader.find(id);
    if (found === undefined) throw notFound("order", id);
    return form.audited({ id, view: () => auditView(found.read()) });
  }
}

function auditView({ order, ageMs }: AuditedOrder): AuditOrder {
  const { id, userId, status, rid, fingerprint, keyHash } = order;
  return {
    id,
    userId,
    status,
    ...(rid === undefined ? {} : { rid }),
    fingerprint,
    ...(keyHash === undefined ? {} : { keyHash }),
    items: order.items.map((item) => ({ ...item })),
    history: order.history.map(historyView),
    outbox: order.outbox.map(entryView),
    createdAt: order.createdAt.toISOString(),
    ageMs,
  };
}
