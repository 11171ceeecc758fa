// A process that starts a mongod and waits to be killed: `bun parent.ts <binary> <dataDir> <lifetime>`.
// Prints the pid of the mongod, or with "shared" as its only argument what the shared test server is and where.
import { startMongod } from "../run.ts";
import { sharedTestMongod } from "../test-server.ts";

const [binary = "", dataDir = "", lifetime = ""] = process.argv.slice(2);
const started =
  binary === "shared"
    ? await sharedTestMongod()
    : await startMongod({ binary, dataDir, lifetime: lifetime === "detached" ? "detached" : "with-parent" });
console.log(JSON.stringify({ pid: started.pid, logPath: started.logPath }));
await Bun.sleep(60_000);
