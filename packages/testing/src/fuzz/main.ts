import { parseArgs } from "node:util";
import { sendMutatedBodies } from "./mutated-bodies.ts";
import { runSchemathesis } from "./schemathesis.ts";
import { serveStack } from "./served-stack.ts";

// `bun run fuzz`: schemathesis over the three documents, then mutated bodies over raw sockets. Ends with
// `N passed, N failed` and exit code 1 when anything failed.
const { values } = parseArgs({
  options: {
    "signed-in": { type: "string", default: "50" },
    anonymous: { type: "string", default: "20" },
    bodies: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);
console.log(`seed ${seed}`);
const stack = await serveStack();
try {
  const rounds = await runSchemathesis(stack, {
    signedIn: Number(values["signed-in"]),
    anonymous: Number(values.anonymous),
    seed,
  });
  const report = await sendMutatedBodies(stack, { count: Number(values.bodies), seed });
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
