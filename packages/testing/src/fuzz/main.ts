import { commandOptions } from "../command-options.ts";
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
const values = commandOptions(USAGE, {
  "signed-in": { type: "string", default: "50" },
  anonymous: { type: "string", default: "20" },
  bodies: { type: "string", default: "10000" },
  seed: { type: "string", default: "1" },
});
const [signedIn, anonymous, bodies, seed] = [values["signed-in"], values.anonymous, values.bodies, values.seed].map(
  (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
);
if (signedIn === undefined || anonymous === undefined || bodies === undefined || seed === undefined) {
  console.error(`Each option takes a whole number.\n\n${USAGE}`);
  process.exit(2);
}
console.log(`seed ${seed}`);
const stack = await serveStack();
try {
  const rounds = await runSchemathesis(stack, {
    signedIn,
    anonymous,
    seed,
  });
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
