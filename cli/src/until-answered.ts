import { type Answered, answerFacts, isTurnedAway, isUnsent, met, traceTries } from "./error-report.ts";
import { CliError, messageOf } from "./errors.ts";
import { sentence } from "./output/text.ts";
import type { Tools } from "./tools.ts";

/** A change whose outcome is unknown is asked again with the same key, so often at most. */
const TRIES_MAX = 4;
/** A proxy may ask to wait for hours; whoever typed the command hears the outcome sooner. */
const RETRY_AFTER_MAX_SECONDS = 30;

/**
 * Makes a change under an Idempotency-Key until it is answered. Nothing is known after a lost answer or a 503; the same
 * key asks whether it was made, or makes it.
 * @param words what is not known in the end, and what the same key cannot do
 * @throws {CliError} UNREACHABLE, with the key, when no try was answered
 */
export async function untilAnswered<Value>(
  change: () => Promise<Value>,
  { key, ...words }: { key: string; unknown: string; promise: string },
  { io, talk }: Tools,
): Promise<Value> {
  const { ApiError, NoAnswerError } = await import("@pos/client/errors");
  for (let attempt = 1; ; attempt++) {
    try {
      return await change();
    } catch (thrown) {
      const error = await met(thrown);
      const answer = error instanceof ApiError ? error : undefined;
      const isUnknown = (error instanceof NoAnswerError && !isTurnedAway(error)) || answer?.status === 503;
      if (!isUnknown) throw error;
      if (attempt === TRIES_MAX) {
        const again = `the same command with --idempotency-key ${key}   (${words.promise})`;
        throw unknownOutcome(error, answer, { unknown: words.unknown, first: again });
      }
      talk.say(`${sentence(messageOf(error))} Retrying with the same key …`);
      await io.sleep(
        answer === undefined ? 500 : Math.min(answer.retryAfterSeconds ?? 1, RETRY_AFTER_MAX_SECONDS) * 1000,
      );
    }
  }
}

/**
 * Makes a change that no key protects, once: where its answer is lost, a second one might make it twice.
 * @param words what is not known then, and the command that shows it
 * @throws {CliError} UNREACHABLE when nothing is known
 */
export async function onceAnswered<Value>(
  change: () => Promise<Value>,
  { unknown, look }: { unknown: string; look: string },
): Promise<Value> {
  const { ApiError, NoAnswerError } = await import("@pos/client/errors");
  try {
    return await change();
  } catch (thrown) {
    const error = await met(thrown);
    const answer = error instanceof ApiError && error.status === 503 ? error : undefined;
    if (answer === undefined && !(error instanceof NoAnswerError && !isUnsent(error))) throw error;
    throw unknownOutcome(error, answer, { unknown, first: look });
  }
}

function unknownOutcome(
  error: unknown,
  answer: Answered | undefined,
  { unknown, first }: { unknown: string; first: string },
): CliError {
  return new CliError(`${unknown}: ${sentence(messageOf(error))}`, {
    exit: "UNREACHABLE",
    why: answer === undefined ? [] : [answerFacts(answer)],
    tries: [first, "ordersctl health", ...(answer === undefined ? [] : traceTries(answer))],
    cause: error,
  });
}
