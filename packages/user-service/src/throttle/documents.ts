/** Counts of one thing in the window that ends at `expiresAt`; MongoDB removes it when the window is over. */
export interface Counter {
  readonly _id: string;
  readonly count: number;
  readonly expiresAt: Date;
}

/** When a count is made, and how long the window is that a first count begins. */
export interface CountWindow {
  readonly now: Date;
  readonly windowMs: number;
}

/** The update that counts one more. A window begins with the first count, and anew when it is over or its count is 0. */
export function oneMore({ now, windowMs }: CountWindow): [{ $set: object }] {
  const isOver = { $or: [{ $lte: [{ $ifNull: ["$expiresAt", now] }, now] }, { $lte: ["$count", 0] }] };
  return [
    {
      $set: {
        count: { $cond: [isOver, 1, { $add: ["$count", 1] }] },
        expiresAt: { $cond: [isOver, new Date(now.getTime() + windowMs), "$expiresAt"] },
      },
    },
  ];
}
