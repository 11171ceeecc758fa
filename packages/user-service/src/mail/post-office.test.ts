import { systemClock } from "@pos/service-kit/clock";
import { eventually } from "@pos/testing/eventually";
import { testLogger } from "@pos/testing/logger";
import { expect, test } from "bun:test";
import { mailFolder } from "../test/mailbox.ts";
import { outcome } from "../test/user-service.ts";
import { createFileMailer } from "./file-mailer.ts";
import { PostOffice } from "./post-office.ts";

const mail = { kind: "password-changed", to: "ada@example.com", subject: "Subject", text: "Text" } as const;

test("the post office lets 1,000 jobs wait, refuses or drops the next, and finishes before it stops", async () => {
  const folder = await mailFolder();
  const log = testLogger();
  const tools = { clock: systemClock, logger: log.logger };
  const mailer = createFileMailer({ directory: folder.directory, from: "shop@example.com", ...tools });
  const post = new PostOffice({ mailer, ...tools });
  post.post(async () => [mail]);
  post.post(() => Promise.reject(new Error("no database")));
  for (let jobs = 2; jobs < 1001; jobs++) post.post(async () => []);
  expect(await outcome((async () => post.post(async () => [mail]))())).toBe("SERVICE_UNAVAILABLE");
  post.postOptional(async () => [mail]);
  await post.stop();
  expect((await folder.all()).map(({ to }) => to)).toEqual([mail.to]);
  expect(log.lines().filter((line) => line.includes("a mail was dropped")).length).toBe(1);
  expect(log.lines().filter((line) => line.includes("a mail could not be written")).length).toBe(1);
  await folder.close();
});

/** A post office whose mail server refuses so often, and whose waits cost no time. */
async function postedAgainst(refusals: number) {
  const log = testLogger();
  const waits: number[] = [];
  let [tries, delivered] = [0, 0];
  const post = new PostOffice({
    mailer: {
      async send() {
        if (++tries <= refusals) throw new Error("busy");
        delivered++;
      },
      close: () => undefined,
    },
    clock: { now: () => Date.now(), sleep: async (milliseconds) => void waits.push(milliseconds) },
    logger: log.logger,
  });
  post.post(async () => [mail]);
  await eventually(() => delivered === 1 || log.lines().some((line) => line.includes("a mail was not sent")));
  await post.stop();
  return { tries, delivered, waits };
}

test("a mail that is not accepted is tried again three times, later each time, and no more", async () => {
  const waits = [1000, 5000, 20_000];
  expect(await postedAgainst(0)).toEqual({ tries: 1, delivered: 1, waits: [] });
  expect(await postedAgainst(3)).toEqual({ tries: 4, delivered: 1, waits });
  expect(await postedAgainst(9)).toEqual({ tries: 4, delivered: 0, waits });
});

test("the post office leaves no job waiting that comes at the very end of the one before", async () => {
  const folder = await mailFolder();
  const tools = { clock: systemClock, logger: testLogger().logger };
  const mailer = createFileMailer({ directory: folder.directory, from: "shop@example.com", ...tools });
  for (let turns = 0; turns < 10; turns++) {
    const post = new PostOffice({ mailer, ...tools });
    const ran: number[] = [];
    post.post(async () => []);
    for (let turn = 0; turn < turns; turn++) await undefined;
    post.post(async () => (ran.push(turns), []));
    await post.stop();
    expect(ran).toEqual([turns]);
  }
  await folder.close();
});
