import type { Step } from "./step.ts";
import { containers, kubernetes } from "./steps/containers.ts";
import { coverage } from "./steps/coverage.ts";
import { commandStep } from "./steps/command-step.ts";
import { format } from "./steps/format.ts";
import { imports } from "./steps/imports.ts";
import { lint } from "./steps/lint.ts";
import { secrets } from "./steps/secrets.ts";
import { tests } from "./steps/tests.ts";
import { types } from "./steps/types.ts";
import { wording } from "./steps/wording.ts";

const mutations = commandStep({
  name: "mutations",
  ensures: "each fault in tools/mutations turns its test red",
  when: "full",
  command: [process.execPath, "tools/src/mutate.ts"],
  limitMinutes: 60,
});

const chaos = commandStep({
  name: "chaos",
  ensures: "no order is lost or duplicated while processes of the real stack are killed",
  command: [process.execPath, "packages/testing/src/chaos/main.ts"],
  fullCommand: [process.execPath, "packages/testing/src/chaos/main.ts", "--full", `--seed=${Date.now() % 1_000_000}`],
  limitMinutes: 90,
});

const chaosReplicaSet = commandStep({
  name: "chaos-replica-set",
  ensures: "the same while primaries of a replica set are killed and step down",
  when: "full",
  command: [
    process.execPath,
    "packages/testing/src/chaos/main.ts",
    "--replica-set",
    "--full",
    `--seed=${Date.now() % 1_000_000}`,
  ],
  limitMinutes: 60,
});

const simulate = commandStep({
  name: "simulate",
  ensures: "a million schedules of crashes and lost messages keep every invariant",
  when: "full",
  command: [
    process.execPath,
    "packages/testing/src/simulator/main.ts",
    "--seeds=1000000",
    `--from=${Date.now() % 1_000_000_000}`,
  ],
  limitMinutes: 60,
});

const simulatorVariants = commandStep({
  name: "simulator-variants",
  ensures: "the simulator sees every wrong variant of the protocol in 2,000 schedules",
  command: [process.execPath, "packages/testing/src/simulator/main.ts", "--variants", "--seeds=2000"],
});

const browser = commandStep({
  name: "browser",
  ensures: "the Swagger pages work in a real Chromium, and nothing leaves this host",
  command: [process.execPath, "packages/testing/src/browser/main.ts"],
  wayOut: "It needs Chromium (Debian: apt-get install chromium), or CHROMIUM_BIN with its path.",
});

const observability = commandStep({
  name: "observability",
  ensures: "alert rules pass their tests, and dashboards and rules read what the services show",
  command: [process.execPath, "packages/testing/src/telemetry/check-observability.ts"],
  wayOut: "It asks promtool (Debian: apt-get install prometheus).",
});

const docs = commandStep({
  name: "docs",
  ensures: "docs/api says what the services' OpenAPI documents say",
  command: [process.execPath, "packages/testing/src/api-docs/main.ts", "--check"],
  wayOut: "`bun run docs` writes the pages anew.",
});

const cliDocs = commandStep({
  name: "docs-cli",
  ensures: "docs/ordersctl.md says what the command tree says",
  command: [process.execPath, "cli/scripts/docs.ts", "--check"],
  wayOut: "`bun run docs:cli` writes the page anew.",
});

const notices = commandStep({
  name: "notices",
  ensures: "THIRD-PARTY-NOTICES.txt holds the licences of all that is built into images and programs",
  command: [process.execPath, "tools/src/notices/main.ts", "--check"],
  wayOut: "`bun run notices` writes the file anew.",
});

const ship = commandStep({
  name: "ship",
  ensures: "the package runs on Node; under verify:full a program made for this machine starts a whole stack",
  command: [process.execPath, "tools/src/ship/main.ts", "--target", "node", "--out", "artifacts/ship"],
  fullCommand: [process.execPath, "tools/src/ship/main.ts", "--host", "--out", "artifacts/ship"],
});

const fuzz = commandStep({
  name: "fuzz",
  ensures: "schemathesis and mutated bodies find nothing in the three services",
  when: "always",
  command: [process.execPath, "packages/testing/src/fuzz/main.ts"],
  fullCommand: [
    process.execPath,
    "packages/testing/src/fuzz/main.ts",
    "--signed-in=300",
    "--anonymous=300",
    "--bodies=100000",
    `--seed=${Date.now() % 1_000_000}`,
  ],
  limitMinutes: 60,
});

/**
 * The steps of `bun run verify`, in the order in which they run, one after another. To add one, write a `Step` under
 * `steps/` (`commandStep` covers a command) and put it here. `when: "full"` keeps a step for `bun run verify:full`;
 * a step with reduced and full rounds reads `context.full`, or gives `commandStep` a `fullCommand`.
 */
export const STEPS: readonly Step[] = [
  format,
  types,
  lint,
  imports,
  secrets,
  wording,
  tests,
  coverage,
  observability,
  docs,
  cliDocs,
  notices,
  ship,
  browser,
  fuzz,
  simulatorVariants,
  simulate,
  chaos,
  chaosReplicaSet,
  containers,
  kubernetes,
  mutations,
];
