// While user-service restarts, every customer is told that their account does not exist.
import { production } from "../seams.ts";
import type { Variant } from "../variant.ts";

/** A user check without an answer counts as an unknown user. */
export const userErrorAsRefusal: Variant = {
  name: "user-error-as-refusal",
  pinnedSeed: 1,
  seams: {
    ...production,
    ports: (ports) => ({
      ...ports,
      users: {
        async check(userId, deadlineAtMs) {
          const answer = await ports.users.check(userId, deadlineAtMs);
          return answer.kind === "unanswered" ? { kind: "refused", reason: "unknown" } : answer;
        },
      },
    }),
  },
};
