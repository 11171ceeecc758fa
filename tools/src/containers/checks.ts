/** Counts what was checked, with a line for each, and goes on after a failure. */
export class Checks {
  #passed = 0;
  #failed = 0;

  /** Runs one check; its answer is added to the line. A throw is a failure and ends nothing else. */
  async check(name: string, work: () => Promise<string | void> | string | void): Promise<boolean> {
    const startedAt = performance.now();
    try {
      const note = await work();
      this.#passed++;
      console.log(`✓ ${name} (${seconds(startedAt)}${note === undefined ? "" : `, ${note}`})`);
      return true;
    } catch (error) {
      this.#failed++;
      console.log(`✗ ${name} (${seconds(startedAt)}): ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  get failed(): number {
    return this.#failed;
  }

  /** The line that `bun run verify` reads. */
  get total(): string {
    return `${this.#passed} passed, ${this.#failed} failed`;
  }
}

/** Ctrl-C, or the end of who runs this, takes away what was set up as a run that is over does. */
export function takeAwayOnSignal(takeAway: () => Promise<unknown>): void {
  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      console.error("interrupted: what was set up is taken away …");
      void takeAway().finally(() => process.exit(exitCode));
    });
  }
}

/** @throws Error with `sentence` unless `condition` holds */
export function expect(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/**
 * Tries until it does not throw.
 * @throws the last error after `withinMs`
 */
export async function eventually<Result>(withinMs: number, work: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await Bun.sleep(250);
    }
  }
}

const seconds = (startedAt: number): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
