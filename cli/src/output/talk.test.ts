import { expect, test } from "bun:test";
import { Chalk } from "chalk";
import { sleep } from "../environment.ts";
import type { Io } from "../io.ts";
import { Talk } from "./talk.ts";

function talkTo({ isTty, isQuiet = false }: { isTty: boolean; isQuiet?: boolean }) {
  let said = "";
  let nowMs = 1_000_000;
  const stream = { write: (text: string) => void (said += text), isTty, columns: 60 };
  const io: Io = {
    stdout: stream,
    stderr: stream,
    stdin: { isTty, readAll: async () => "", chunks: async function* () {}, readLine: async () => undefined },
    env: {},
    cwd: "/",
    now: () => nowMs,
    sleep,
    onSignal: () => () => undefined,
  };
  const talk = new Talk(io, { style: new Chalk({ level: 0 }), isQuiet });
  return { talk, said: () => said, wait: (milliseconds: number) => void (nowMs += milliseconds) };
}

test("a bar is drawn on a terminal, at most ten times a second, and wiped at the end", () => {
  const { talk, said, wait } = talkTo({ isTty: true });
  const progress = talk.progress("users", 4);
  progress.update(1);
  progress.update(2);
  wait(150);
  progress.update(3);
  progress.end();
  expect(said()).toContain("users ███");
  expect(said()).toContain(" 1/4");
  expect(said()).not.toContain(" 2/4");
  expect(said()).toContain(" 3/4");
  wait(150);
  // Work that was under way when other work failed.
  progress.update(4);
  expect(said()).toEndWith("\r\u001b[2K");
});

test("no bar goes into a pipe or past --quiet", () => {
  for (const { talk, said } of [talkTo({ isTty: false }), talkTo({ isTty: true, isQuiet: true })]) {
    const progress = talk.progress("users", 4);
    progress.update(4);
    progress.end();
    expect(said()).toBe("");
  }
});

test("--quiet silences all but warnings and what --debug asked for", () => {
  const { talk, said } = talkTo({ isTty: false, isQuiet: true });
  talk.say("a");
  talk.done("b");
  talk.hint("c");
  talk.warn("d");
  talk.trace("e");
  expect(said()).toBe("warning: d\ne\n");
});
