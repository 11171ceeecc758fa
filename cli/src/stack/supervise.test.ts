import { expect, test } from "bun:test";
import type { Io } from "../io.ts";
import { restartWaitMs, supervise, type UnitEvents } from "./supervise.ts";
import { describeEnd, type RunningUnit, type Unit, type UnitEnd } from "./unit.ts";

/** A world whose clock stands still but in sleeps. */
function world() {
  let nowMs = 0;
  const sleeps: number[] = [];
  const stream = { write: () => undefined, isTty: false, columns: 80 };
  const io: Io = {
    stdout: stream,
    stderr: stream,
    stdin: { isTty: false, readAll: async () => "", chunks: async function* () {}, readLine: async () => undefined },
    env: {},
    cwd: "/",
    now: () => nowMs,
    async sleep(milliseconds) {
      sleeps.push(milliseconds);
      nowMs += milliseconds;
    },
    onSignal: () => () => undefined,
  };
  return { io, sleeps, pass: (milliseconds: number) => void (nowMs += milliseconds) };
}

interface Run {
  /** How long it runs before it ends. */
  readonly ranMs: number;
  readonly end: UnitEnd;
}
const killed: UnitEnd = { code: undefined, signal: "SIGKILL" };

/** Supervises a unit through these runs; an Error is a start that fails. Then the stack is stopped. */
async function through(runs: readonly (Run | Error)[]) {
  const { io, sleeps, pass } = world();
  const stopping = new AbortController();
  const told: string[] = [];
  const queue = [...runs];
  const next = async (): Promise<RunningUnit> => {
    const run = queue.shift();
    if (run instanceof Error) throw run;
    const ended =
      run === undefined
        ? new Promise<UnitEnd>(() => stopping.abort())
        : Bun.sleep(1).then(() => {
            pass(run.ranMs);
            return run.end;
          });
    return { pid: 1, ended, stop: async () => void told.push("stopped") };
  };
  const unit: Unit = { name: "order-service", start: next };
  const events: UnitEvents = {
    started: (_, __, restarts) => void told.push(`started ${restarts}`),
    ended: (_, how, { waitMs, restarts }) => void told.push(`${how}, in ${waitMs}, restarts ${restarts}`),
  };
  await supervise(unit, await next(), { io, events, stopping: stopping.signal });
  return { told, sleeps };
}

test("the wait doubles with each end in a row, up to 30 s", () => {
  expect([1, 2, 3, 6, 7, 8, 50].map(restartWaitMs)).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000, 30_000]);
});

test("what dies at once waits longer each time", async () => {
  const { sleeps, told } = await through([1, 2, 3].map(() => ({ ranMs: 100, end: killed })));
  expect(sleeps).toEqual([500, 1000, 2000]);
  expect(told[0]).toBe("SIGKILL, in 500, restarts 0");
});

test("after a minute without an end the next one counts as the first", async () => {
  const { sleeps } = await through([
    { ranMs: 100, end: killed },
    { ranMs: 100, end: killed },
    { ranMs: 60_001, end: killed },
  ]);
  expect(sleeps).toEqual([500, 1000, 500]);
});

test("who was asked to end is started again at once", async () => {
  const { sleeps, told } = await through([{ ranMs: 5000, end: { code: 0, signal: undefined } }]);
  expect(sleeps).toEqual([0]);
  expect(told[0]).toBe("exit code 0, in 0, restarts 0");
  // One that ends in order as soon as it starts is not: that would never stop.
  expect((await through([{ ranMs: 10, end: { code: 0, signal: undefined } }])).sleeps).toEqual([500]);
});

test("a start that fails counts as a restart and as an end", async () => {
  const { told, sleeps } = await through([
    { ranMs: 1, end: killed },
    new Error("no port"),
    new Error("no disk"),
    { ranMs: 1, end: killed },
  ]);
  expect(told).toEqual([
    "SIGKILL, in 500, restarts 0",
    "it could not be started: no port, in 1000, restarts 1",
    "it could not be started: no disk, in 2000, restarts 2",
    "started 3",
    "SIGKILL, in 4000, restarts 3",
    "stopped",
  ]);
  expect(sleeps).toEqual([500, 1000, 2000, 4000]);
});

test("an end is told as code or signal", () => {
  expect([describeEnd(killed), describeEnd({ code: 3, signal: undefined })]).toEqual(["SIGKILL", "exit code 3"]);
});
