/**
 * Reads what a majority has. A write that a majority does not have yet may be undone, and another one may get its
 * version: no answer shows it (ADR 0025).
 */
export const majority = { level: "majority" } as const;
