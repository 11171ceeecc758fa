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

/**
 * When windows end that go on. One that ends later than two windows from now was begun by a clock that was ahead, be it
 * of a replica or this one before it was set back: it is over, or it would refuse for as long as that clock was wrong.
 */
export const endsOfOpen = ({ now, windowMs }: CountWindow) => ({
  $gt: now,
  $lte: new Date(now.getTime() + 2 * windowMs),
});

/** The update that counts one more: from 0 when the window is over, or when more was taken back than has counted. */
export function oneMore(window: CountWindow): [{ $set: object }] {
  const { $gt, $lte } = endsOfOpen(window);
  const isOpen = { $and: [{ $gt: ["$expiresAt", $gt] }, { $lte: ["$expiresAt", $lte] }] };
  return [
    {
      $set: {
        count: { $cond: [isOpen, { $add: [{ $max: ["$count", 0] }, 1] }, 1] },
        expiresAt: { $cond: [isOpen, "$expiresAt", new Date(window.now.getTime() + window.windowMs)] },
      },
    },
  ];
}

/** The update that ends a window: the next count begins a new one, as if there had been none. */
export const ended = { $set: { count: 0, expiresAt: new Date(0) } };
