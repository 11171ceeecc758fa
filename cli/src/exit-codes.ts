/** Every exit code of ordersctl with the sentence that `ordersctl help exit-codes` prints. Part of the interface. */
export const exitCodes = {
  OK: { code: 0, meaning: "Success." },
  FAILED: { code: 1, meaning: "Failure, also if a service refuses a value; standard error says why and what to try." },
  USAGE: { code: 2, meaning: "Wrong usage: unknown command or option, missing or malformed value." },
  CANCELLED: { code: 3, meaning: "You answered no, or a wait timed out." },
  SIGN_IN: { code: 4, meaning: "Not signed in, the sign-in has expired, or it does not permit this." },
  UNREACHABLE: { code: 5, meaning: "A service does not answer or is unavailable." },
  FINDINGS: { code: 6, meaning: "audit, validate or doctor finished and found something." },
  INTERRUPTED: { code: 130, meaning: "Interrupted by Ctrl-C (SIGINT)." },
} as const;

/** Name of an exit code. */
export type Exit = keyof typeof exitCodes;
