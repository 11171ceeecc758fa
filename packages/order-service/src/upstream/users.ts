import type { usersClient } from "@pos/client/users";
import { LOOKUP_MAX_IDS } from "@pos/contracts/limits";
import type { UserLookupResult } from "@pos/contracts/users";
import { Coalescer } from "@pos/service-kit/coalesce";
import { currentScope, runInScope, type Scope } from "@pos/service-kit/scope";
import { untilDeadline } from "@pos/service-kit/until-deadline";
import type { Unanswered, Users } from "../placement/ports.ts";
import { hop, type PlacementHopTools } from "./service-call.ts";
import { tooLate, unanswered } from "./unanswered.ts";

type Verdict = Awaited<ReturnType<Users["check"]>>;
interface Question {
  readonly userId: string;
  readonly deadlineAtMs: number;
  readonly trace: Readonly<Record<string, string>>;
  readonly scope: Scope | undefined;
}

const QUEUE_MAX = 5000;

/**
 * Checks users over HTTP. Questions that arrive while a call is under way share the next one; a call holds only users
 * that were asked for before it began, so no verdict is older than its request.
 * @returns the port for one request, by its trace headers; a shared call carries those of its first
 */
export function createUsers(
  client: ReturnType<typeof usersClient>,
  tools: PlacementHopTools,
): (trace: Readonly<Record<string, string>>) => Users {
  const { clock, flights } = tools;
  const coalescer = new Coalescer<Question, Verdict>({
    name: "look users up",
    run: async (questions) => {
      const ids = [...new Set(questions.map(({ userId }) => userId))];
      const deadlineAtMs = Math.max(...questions.map((question) => question.deadlineAtMs));
      const look = () =>
        hop({ to: "user-service", deadlineAtMs }, tools, (options) =>
          client.lookup(ids, { ...options, headers: { ...questions[0]?.trace } }),
        );
      // What a shared call logs belongs to its first question.
      const found = await runInScope(currentScope() ?? questions[0]?.scope, look);
      return questions.map(({ userId }) => ({ ok: true, value: verdictOf(found, userId) }));
    },
    batchMax: LOOKUP_MAX_IDS,
    queueMax: QUEUE_MAX,
    flights,
    isExpired: ({ deadlineAtMs }) => clock.now() >= deadlineAtMs,
  });
  return (trace) => ({
    check: (userId, deadlineAtMs) =>
      untilDeadline<Verdict>(
        coalescer
          .add({ userId, deadlineAtMs, trace, scope: currentScope() })
          .catch((error: unknown) => unanswered(error, "user-service")),
        { deadlineAtMs, clock, late: () => tooLate("user-service") },
      ),
  });
}

function verdictOf(found: UserLookupResult | Unanswered, userId: string): Verdict {
  if ("kind" in found) return found;
  const user = found.users.find(({ id }) => id.toLowerCase() === userId);
  if (user === undefined) return { kind: "refused", reason: "unknown" };
  return user.status === "active" ? { kind: "active" } : { kind: "refused", reason: "suspended" };
}
