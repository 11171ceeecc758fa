/** The invariants that an audit decides, with the sentence that each one is. */
export const invariants = {
  I1: "received = stock + held + confirmed for every product, and no stock is below 0",
  I3: "at most one order that is not void for each user and Idempotency-Key",
  I4: "every live order has one confirmed reservation with the same items",
  I5: "void and cancelled orders hold nothing",
  I6: "the units of live orders are the units held and confirmed",
  I7: "nothing is held for longer than 90 s",
  I8: "no message waits for longer than 10 s, none is dead",
  I9: "every history is a path of pending → processing → completed, or to cancelled",
  form: "every document is as its service writes it",
} as const;
export type Invariant = keyof typeof invariants;

/** Something that contradicts an invariant. */
export interface Finding {
  readonly invariant: Invariant;
  /** Such as `order/65f1…`: with the invariant it tells one finding from another. */
  readonly subject: string;
  readonly sentence: string;
}

const rules = Object.keys(invariants);

/** By rule, then by subject. */
export const byRule = (a: Finding, b: Finding): number =>
  rules.indexOf(a.invariant) - rules.indexOf(b.invariant) || (a.subject < b.subject ? -1 : 1);

export const keyOf = ({ invariant, subject }: Finding): string => `${invariant} ${subject}`;
