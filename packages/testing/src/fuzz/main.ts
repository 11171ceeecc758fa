import { orUsage, wholeNumber } from "@pos/command-options";
import { parseArgs } from "node:util";
import { sendMutatedBodies } from "./mutated-bodies.ts";
import { runSchemathesis } from "./schemathesis.ts";
import { serveStack } from "./served-stack.ts";

const USAGE = `Usage: bun run fuzz [options]
Runs schemathesis over the three documents, then mutated bodies over raw sockets.

  --signed-in N   examples for each operation as an administrator (50)
  --anonymous N   examples for each operation without a token (20)
  --bodies N      mutated bodies (10000)
  --seed N        what they are made from (1)`;

// Ends with `N passed, N failed` and exit code 1 when anything failed.
const { signedIn, anonymous, bodies, seed } = orUsage(USAGE, readOptions);
console.log(`seed ${seed}`);
const stack = await serveStack();
try {
  const rounds = await runSchemathesis(stack, { signedIn, anonymous, seed });
  const report = await sendMutatedBodies(stack, { count: bodies, seed });
  const isClean = report.problems.length === 0;
  console.log(
    `${isClean ? "✓" : "✗"} ${report.sent} mutated bodies: ${JSON.stringify(report.statuses)}, slowest ${Math.round(report.slowestMs)} ms, ` +
      `memory ${Math.round(report.growthBytes / 1024 / 1024)} MB more`,
  );
  for (const problem of report.problems.slice(0, 20)) console.log(`  ${problem}`);
  console.log(`${rounds.passed + (isClean ? 1 : 0)} passed, ${rounds.failed + (isClean ? 0 : 1)} failed`);
  process.exitCode = rounds.failed > 0 || !isClean ? 1 : 0;
} finally {
  await stack.stop();
}

/** @throws {Error} with a sentence for people */
function readOptions() {
  const { values } = parseArgs({
    options: {
      "signed-in": { type: "string", default: "50" },
      anonymous: { type: "string", default: "20" },
      bodies: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
    },
  });
  const number = (name: keyof typeof values) => wholeNumber(`--${name}`, values[name], { max: 999_999_999 });
  return {
    signedIn: number("signed-in"),
    anonymous: number("anonymous"),
    bodies: number("bodies"),
    seed: number("seed"),
  };
}
