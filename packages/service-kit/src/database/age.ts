/**
 * The age of a document by the database's clock, in milliseconds, as an expression over its `createdAt`; never below 0,
 * because replicas' clocks differ. Null in place of a `createdAt` that is no point in time: one such document must not
 * end a query for all others.
 */
export const ageInMs = {
  $max: [0, { $subtract: ["$$NOW", { $convert: { input: "$createdAt", to: "date", onError: null, onNull: null } }] }],
};
