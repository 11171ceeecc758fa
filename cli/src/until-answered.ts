import { answerFacts, traceTries } from "./error-report.ts";
import { CliError, messageOf } from "./errors.ts";
import { sentence } from "./output/text.ts";
import type { Tools } from "./tools.ts";

/** A change whose outcome is unknown is asked again with the same key, so often at most. */
const TRIES_MAX = 4;

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
    } catch (error) {
      const answer = error instanceof ApiError ? error : undefined;
      const isUnknown = error instanceof NoAnswerError || answer?.status === 503;
      if (!isUnknown) throw error;
      if (attempt === TRIES_MAX) {
        throw new CliError(`${words.unknown} is not known: ${sentence(messageOf(error))}`, {
          exit: "UNREACHABLE",
          why: answer === undefined ? [] : [answerFacts(answer)],
          tries: [
            `the same with --idempotency-key ${key}   (${words.promise})`,
            "ordersctl health",
            ...(answer === undefined ? [] : traceTries(answer)),
          ],
          cause: error,
        });
      }
      talk.say(`${sentence(messageOf(error))} Asking again with the same key …`);
      await io.sleep(answer === undefined ? 500 : (answer.retryAfterSeconds ?? 1) * 1000);
    }
  }
}
