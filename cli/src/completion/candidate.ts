/** A word that fits at the cursor, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly about?: string;
  /** More of the same word follows: no blank behind it. */
  readonly isOpen?: boolean;
}
