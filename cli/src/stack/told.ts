import type { Talk } from "../output/talk.ts";
import { duration } from "../output/text.ts";

const FIRST_MS = 3000;

/** Waits for work, and says what is waited for after 3 s and whenever it has taken twice as long. */
export async function told<Result>(what: string, work: Promise<Result>, talk: Talk): Promise<Result> {
  // By a clock that nobody sets: a machine that has just booted may get its time now.
  const begunAtMs = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tellAfter = (waitMs: number) => {
    timer = setTimeout(() => {
      const takenMs = performance.now() - begunAtMs;
      talk.say(`waiting for ${what} … ${duration(takenMs)}`);
      tellAfter(takenMs);
    }, waitMs);
  };
  tellAfter(FIRST_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
