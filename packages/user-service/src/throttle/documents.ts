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

/** The update that counts one more: from 0 when the window is over, or when more was taken back than has counted. */
export function oneMore({ now, windowMs }: CountWindow): [{ $set: object }] {
  const isOver = { $lte: [{ $ifNull: ["$expiresAt", now] }, now] };
  return [
    {
      $set: {
        count: { $cond: [isOver, 1, { $add: [{ $max: ["$count", 0] }, 1] }] },
        expiresAt: { $cond: [isOver, new Date(now.getTime() + windowMs), "$expiresAt"] },
      },
    },
  ];
}

/** The update that ends a window: the next count begins a new one, as if there had been none. */
export const ended = { $set: { count: 0, expiresAt: new Date(0) } };
