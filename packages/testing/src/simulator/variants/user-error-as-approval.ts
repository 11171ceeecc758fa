// While user-service restarts, anybody can order in the name of an account that never existed.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A user check without an answer counts as an active user. */
export const userErrorAsApproval: Variant = {
  name: "user-error-as-approval",
  pinnedSeed: 140,
  seams: {
    ...production,
    ports: (ports) => ({
      ...ports,
      users: {
        async check(userId, deadlineAtMs) {
          const answer = await ports.users.check(userId, deadlineAtMs);
          return answer.kind === "unanswered" ? { kind: "active" } : answer;
        },
      },
    }),
  },
};
