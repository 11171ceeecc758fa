import { run } from "./command.ts";
import { buildLoadGenerator } from "./load.ts";
import type { StackDescription } from "./stacks.ts";

/** Builds the load generator and what the stacks are started from, each thing once. */
export async function buildStacks(stacks: readonly Pick<StackDescription, "build" | "folder">[]): Promise<void> {
  await buildLoadGenerator();
  const done = new Set<string>();
  for (const { build: commands, folder } of stacks) {
    for (const command of commands) {
      const key = command.includes("npm") ? "npm" : command.join(" ");
      if (!done.has(key)) await run(command, folder);
      done.add(key);
    }
  }
}
