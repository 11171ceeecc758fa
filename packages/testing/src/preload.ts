import { setDefaultTimeout } from "bun:test";

// Runs before every test file. A database is slow to come up on a busy machine, so the runner's own limit is generous;
// no test waits for it. The mongod of a run starts with the first `testDatabase()` and ends with this process.
setDefaultTimeout(120_000);
