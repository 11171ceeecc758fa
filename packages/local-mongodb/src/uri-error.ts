export type MongoUriProblem =
  | "malformed"
  | "unreachable"
  | "refused"
  | "standalone"
  | "not-initiated"
  | "wrong-set-name"
  | "no-primary"
  | "too-old";

/** The MONGO_URI cannot be used. The message says why and what to do next; it never holds the password. */
export class MongoUriError extends Error {
  override readonly name = "MongoUriError";
  readonly problem: MongoUriProblem;

  constructor(problem: MongoUriProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
