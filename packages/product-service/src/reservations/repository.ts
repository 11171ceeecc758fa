import { type ReservationState, reservationStates } from "@pos/contracts/reservations";
import { findPage } from "@pos/service-kit/command-runner";
import { cursorId } from "@pos/service-kit/decoded-documents";
import { DirectCommands } from "@pos/service-kit/direct-commands";
import type { Page, PageItems } from "@pos/service-kit/pagination";
import { majority } from "@pos/service-kit/read-concern";
import { BSON, type Collection, type Db, type Filter, ObjectId } from "mongodb";
import { recordOf, type ReservationDocument } from "./documents.ts";
import { moveReservation, type ReservationRecord } from "./protocol.ts";

/** A request to confirm a hold. */
export interface ConfirmJob {
  readonly orderId: string;
  readonly rid: string;
}

/** The outcome of a confirm. */
export interface ConfirmOutcome {
  readonly state: ReservationState | "none";
  readonly alarm: string | undefined;
}

/** Which reservations a list holds. */
export interface ReservationFilter {
  readonly state: ReservationState | undefined;
  /** Created at least so long ago by the database's clock, in milliseconds. */
  readonly olderThanMs: number | undefined;
}

/** What a list found under an id. */
export interface ListedReservation {
  readonly id: string;
  /** Of a page that ends here. */
  readonly cursorId: string;
  /** Whatever stands there. */
  readonly createdAt: unknown;
  /** @throws where a field is of a type that this service never writes */
  read(): ReservationRecord;
}

/** Reservations outside batches: confirms and lists. */
export class ReservationRepository {
  readonly #commands: DirectCommands;
  readonly #reservations: Collection<ReservationDocument>;

  constructor(db: Db) {
    this.#commands = new DirectCommands(db);
    this.#reservations = db.collection<ReservationDocument>("reservations");
  }

  /** Confirms move no stock, so no transaction is needed: one guarded update for all of a batch. */
  async confirm(jobs: readonly ConfirmJob[]): Promise<readonly ConfirmOutcome[]> {
    const wanted = jobs.map(({ orderId, rid }) => [ObjectId.createFromHexString(orderId), rid] as const);
    const _id = { $in: wanted.map(([id]) => id) };
    const { matchedCount } = await this.#reservations.updateMany(
      {
        _id,
        state: "held",
        // Each hold by its own token.
        $expr: { $in: [["$_id", "$rid"], { $literal: wanted }] },
      },
      { $set: { state: "confirmed" }, $currentDate: { updatedAt: true } },
      // To the planner the index by state looks as good, but it still holds the deleted keys of all recent holds.
      { hint: { _id: 1 } },
    );
    if (matchedCount === jobs.length) return jobs.map(() => ({ state: "confirmed" as const, alarm: undefined }));
    const options = { projection: { rid: 1, state: 1, isOpen: 1 }, readConcern: majority } as const;
    // One whose state is none, because it was changed by hand, is no reservation.
    const found = await this.#reservations.find({ _id, state: { $in: [...reservationStates] } }, options).toArray();
    const byOrderId = new Map(found.map((document) => [document._id.toHexString(), document]));
    return jobs.map(({ orderId, rid }) => {
      const { state, change, alarm } = moveReservation("confirm", byOrderId.get(orderId), rid);
      // One that is still held was created after the update, so it is not confirmed yet.
      return { state: change === undefined ? state : "held", alarm };
    });
  }

  /** Oldest first; only what a majority has. */
  async list({ limit, after }: Page, { state, olderThanMs }: ReservationFilter): Promise<PageItems<ListedReservation>> {
    const filter: Filter<ReservationDocument> = {
      state: { $in: state === undefined ? [...reservationStates] : [state] },
    };
    if (olderThanMs !== undefined) {
      filter.$expr = { $lte: ["$createdAt", { $subtract: ["$$NOW", olderThanMs] }] };
    }
    if (after !== undefined) {
      const createdAt = new Date(after.createdAtMs);
      filter.createdAt = { $gte: createdAt };
      filter.$or = [{ createdAt: { $gt: createdAt } }, { createdAt, _id: { $gt: new ObjectId(after.id) } }];
    }
    const { found, hasMore } = await findPage(
      this.#commands,
      { find: "reservations", filter, sort: { createdAt: 1, _id: 1 }, limit, readConcern: majority },
      { mayRepeat: true },
    );
    const items = found.map((bytes) => {
      const document = BSON.deserialize(bytes) as ReservationDocument;
      const { _id, createdAt } = document;
      return { id: String(_id), cursorId: cursorId(_id), createdAt, read: () => recordOf(document) };
    });
    return { items, hasMore };
  }
}
