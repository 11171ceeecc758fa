import { canStartPrograms } from "../runtime.ts";
import type { Tools } from "../tools.ts";
import type { Check } from "./check.ts";
import { checkDisk } from "./disk.ts";
import {
  checkBun,
  checkCheckout,
  checkCredentials,
  checkDataDir,
  checkLimits,
  checkMongodb,
  checkNode,
} from "./machine.ts";
import { checkClock, checkServices, checkSignIn } from "./services.ts";
import { checkDatabases, checkStack } from "./stack.ts";

type Run = (tools: Tools, dataDir: string | undefined) => Promise<Check>;

const startChecks: readonly Run[] = [checkBun, checkLimits, checkCheckout, checkMongodb, checkDataDir, checkDisk];
const useChecks: readonly Run[] = [checkServices, checkClock, checkSignIn];

/** Every check, in the order in which they are shown. What starts no stacks is not asked what a start needs. */
export const checks: readonly Run[] = canStartPrograms
  ? [...startChecks, checkCredentials, checkStack, checkDatabases, ...useChecks]
  : [checkNode, checkCredentials, ...useChecks];
