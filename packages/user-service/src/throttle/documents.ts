/** Counts of one thing in the window that ends at `expiresAt`; MongoDB removes it when the window is over. */
export interface Counter {
  readonly _id: string;
  readonly count: number;
  readonly expiresAt: Date;
}

/** When a count is made, and how long a window is that starts with it. */
export interface CountWindow {
  readonly now: Date;
  readonly windowMs: number;
}

/**
 * When a window ends that is still open. One that ends later than two windows from now was started by a clock that was
 * ahead, of another replica or of this one before it was set back. It counts as over: else it would refuse attempts for
 * as long as that clock was ahead.
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
