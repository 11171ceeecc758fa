import type { Migration } from "@pos/service-kit/migrate";
import type { Db } from "mongodb";

/** Gives products their books (`received`, open units, version) and reservations their pending mark. */
export const stockBooks: Migration = {
  version: 1,
  name: "stock books",
  async up(db) {
    await markReservations(db);
    await openBooks(db);
  },
};

/** Every reservation that holds stock counts as pending until its order says otherwise. */
async function markReservations(db: Db): Promise<void> {
  await db.collection("reservations").updateMany({ isOpen: { $exists: false } }, [
    {
      $set: {
        isOpen: { $in: ["$state", ["held", "confirmed"]] },
        updatedAt: { $ifNull: ["$updatedAt", "$createdAt"] },
      },
    },
  ]);
}

/** received = stock + held + confirmed. Idempotent: a product that has a version keeps its books. */
async function openBooks(db: Db): Promise<void> {
  await db.collection("reservations").createIndex({ "items.productId": 1, isOpen: 1, userId: 1 });
  await db
    .collection("products")
    .aggregate([
      { $match: { version: { $exists: false } } },
      { $project: { stock: 1, createdAt: 1, updatedAt: 1, deletedAt: 1, received: 1, description: 1 } },
      {
        $lookup: {
          from: "reservations",
          localField: "_id",
          foreignField: "items.productId",
          let: { productId: "$_id" },
          pipeline: [
            { $match: { state: { $in: ["held", "confirmed"] } } },
            { $unwind: "$items" },
            { $match: { $expr: { $eq: ["$items.productId", "$$productId"] } } },
            {
              $group: {
                _id: null,
                taken: { $sum: "$items.quantity" },
                open: { $sum: { $cond: ["$isOpen", "$items.quantity", 0] } },
              },
            },
          ],
          as: "units",
        },
      },
      {
        $project: {
          received: { $add: ["$stock", { $ifNull: [{ $first: "$units.taken" }, 0] }] },
          openUnits: { $ifNull: [{ $first: "$units.open" }, 0] },
          description: { $ifNull: ["$description", ""] },
          deletedAt: { $ifNull: ["$deletedAt", null] },
          updatedAt: { $ifNull: ["$updatedAt", "$createdAt"] },
          version: { $literal: 1 },
        },
      },
      { $merge: { into: "products", whenMatched: "merge", whenNotMatched: "discard" } },
    ])
    .toArray();
}
