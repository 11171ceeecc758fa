import { AuditProduct, type AuditProductList, AuditReservation, type AuditReservationList } from "@pos/contracts/audit";
import { notFound } from "@pos/service-kit/app-error";
import { endPage, readPage } from "@pos/service-kit/pagination";
import { wireForm } from "@pos/service-kit/wire-form";
import type { AuditRepository } from "./repository.ts";

type PageQuery = Parameters<typeof readPage>[0];

/** Pages of an audit go by id alone. */
const byId = ({ cursorId }: Audited<unknown>) => ({ createdAtMs: 0, id: cursorId });

const productForm = wireForm("product", AuditProduct);
const reservationForm = wireForm("reservation", AuditReservation);

/** What is stored under an id. */
export interface Audited<Whole> {
  readonly id: string;
  /** Of a page that ends here. */
  readonly cursorId: string;
  /** @throws where a field is of a type that this service never writes */
  read(): Whole;
}

/**
 * What `ordersctl audit` reads to decide whether stock and reservations agree. Ids are given in lower case.
 * A page names apart what nobody could judge.
 */
export class AuditService {
  readonly #audit: AuditRepository;

  constructor(audit: AuditRepository) {
    this.#audit = audit;
  }

  /** @throws {AppError} VALIDATION_ERROR for a foreign cursor */
  async products(query: PageQuery): Promise<AuditProductList> {
    const { items, nextCursor } = endPage(await this.#audit.products(readPage(query)), byId);
    const { whole, ...rest } = productForm.part(items.map(({ id, read }) => ({ id, view: read })));
    return { products: whole, ...rest, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** @throws {AppError} VALIDATION_ERROR for a foreign cursor */
  async reservations(query: PageQuery): Promise<AuditReservationList> {
    const { items, nextCursor } = endPage(await this.#audit.reservations(readPage(query)), byId);
    const { whole, ...rest } = reservationForm.part(items.map(({ id, read }) => ({ id, view: read })));
    return { reservations: whole, ...rest, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** @throws {AppError} NOT_FOUND; INTERNAL_ERROR that names what is wrong with it */
  async reservation(orderId: string): Promise<AuditReservation> {
    const found = await this.#audit.reservation(orderId);
    if (found === undefined) throw notFound("reservation", orderId);
    return reservationForm.audited({ id: orderId, view: found.read });
  }
}
