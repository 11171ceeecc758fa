/** Every exit code of ordersctl with the sentence that `ordersctl help exit-codes` prints. Part of the interface. */
export const exitCodes = {
  OK: { code: 0, meaning: "It worked." },
  FAILED: { code: 1, meaning: "It failed; standard error says why and what to try." },
  USAGE: { code: 2, meaning: "The command line is wrong: unknown command or option, missing or malformed value." },
  CANCELLED: { code: 3, meaning: "You said no, or a wait ran out of time." },
  SIGN_IN: { code: 4, meaning: "The sign-in is missing, has expired, or does not permit this." },
  UNREACHABLE: { code: 5, meaning: "A service does not answer or says that it is not available now." },
  FINDINGS: { code: 6, meaning: "audit, validate or doctor ran to the end and found something." },
  INTERRUPTED: { code: 130, meaning: "Ended by Ctrl-C (SIGINT)." },
} as const;

/** Name of an exit code. */
export type Exit = keyof typeof exitCodes;
