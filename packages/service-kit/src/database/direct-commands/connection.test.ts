import { expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { type Document, MongoNetworkError, MongoNetworkTimeoutError } from "mongodb";
import { DirectConnection } from "./connection.ts";
import type { DriverConnection } from "./driver.ts";
import { encodeMessage } from "./message.ts";

/** A socket whose other end the test holds, in the shape of one of the driver's connections. */
async function wire() {
  const far = Promise.withResolvers<Socket>();
  const listener = createServer((socket) => far.resolve(socket));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const socket = connect((listener.address() as AddressInfo).port, "127.0.0.1");
  const connection = Object.assign(new EventEmitter(), {
    id: 1,
    address: "far:1",
    generation: 0,
    closed: false,
    error: null as Error | null,
    socket,
    messageStream: new PassThrough(),
    onError(error: Error) {
      if (connection.closed) return;
      connection.closed = true;
      connection.error = error;
      socket.destroy();
      connection.emit("close");
    },
    destroy: () => connection.onError(new MongoNetworkError("destroyed")),
  });
  socket.pipe(connection.messageStream);
  socket.on("close", () => connection.onError(new MongoNetworkError("closed")));
  const told: Error[] = [];
  const checkedIn: DriverConnection[] = [];
  const server = {
    description: { address: "far:1" },
    pool: {
      generation: 0,
      closed: false,
      checkOut: () => Promise.reject<DriverConnection>(new Error("not asked for")),
      checkIn: (back: DriverConnection) => void checkedIn.push(back),
    },
    handleError: (error: Error) => void told.push(error),
  };
  const primary = { isThere: true };
  const direct = new DirectConnection(server, connection, () => primary.isThere);
  const peer = await far.promise;
  peer.setNoDelay(true);
  return { direct, server, primary, peer, told, checkedIn, close: () => (peer.destroy(), listener.close()) };
}

type Wire = Awaited<ReturnType<typeof wire>>;

const request = (peer: Socket) => new Promise<Buffer>((resolve) => peer.once("data", resolve));
const answerTo = (message: Buffer, reply: Document): Buffer => {
  const answer = encodeMessage(99, reply);
  answer.writeInt32LE(message.readInt32LE(4), 8);
  return answer;
};
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => undefined).catch((error: unknown) => error);

test("an answer is put together however it is cut", async () => {
  const { direct, peer, close } = await wire();
  await fc.assert(
    fc.asyncProperty(
      fc.string({ maxLength: 40 }),
      fc.array(fc.nat({ max: 90 }), { maxLength: 5 }),
      async (text, cuts) => {
        const asked = request(peer);
        const reply = direct.exchange({ ping: 1, $db: "x" }, undefined);
        const answer = answerTo(await asked, { ok: 1, text });
        const places = [0, ...cuts.filter((at) => at < answer.length).sort((a, b) => a - b), answer.length];
        for (const [index, from] of places.slice(0, -1).entries()) {
          peer.write(answer.subarray(from, places[index + 1]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(await reply).toEqual({ ok: 1, text });
      },
    ),
  );
  close();
});

test.each([
  [
    "an answer to another request",
    (asked: Buffer) => {
      const answer = answerTo(asked, { ok: 1 });
      answer.writeInt32LE(asked.readInt32LE(4) + 1, 8);
      return answer;
    },
  ],
  ["two answers", (asked: Buffer) => Buffer.concat([answerTo(asked, { ok: 1 }), answerTo(asked, { ok: 1 })])],
  ["an impossible length", () => Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
  [
    "bytes that are no document",
    (asked: Buffer) => {
      const answer = answerTo(asked, { ok: 1, text: "text" });
      answer.fill(0xff, 25);
      return answer;
    },
  ],
])("%s closes the connection, and the command is lost", async (_name, made) => {
  const { direct, peer, told, checkedIn, close } = await wire();
  const asked = request(peer);
  const reply = errorOf(direct.exchange({ ping: 1, $db: "x" }, undefined));
  peer.write(made(await asked));
  expect(await reply).toBeInstanceOf(MongoNetworkError);
  expect([direct.isUsable, told.length, checkedIn.length]).toEqual([false, 1, 1]);
  expect(await errorOf(direct.exchange({ ping: 1, $db: "x" }, undefined))).toBeInstanceOf(MongoNetworkError);
  close();
});

test("a silent server is given up after its time, and not before", async () => {
  const { direct, peer, close } = await wire();
  const asked = request(peer);
  const reply = errorOf(direct.exchange({ ping: 1, $db: "x" }, undefined));
  await asked;
  direct.closeIfSilent(60_000);
  expect(direct.isUsable).toBe(true);
  direct.closeIfSilent(0);
  expect(await reply).toBeInstanceOf(MongoNetworkTimeoutError);
  expect(direct.isUsable).toBe(false);
  close();
});

test("a second command at the same time is refused, and the first one is answered", async () => {
  const { direct, peer, close } = await wire();
  const asked = request(peer);
  const first = direct.exchange({ ping: 1, $db: "x" }, undefined);
  expect(await errorOf(direct.exchange({ ping: 1, $db: "x" }, undefined))).toBeInstanceOf(MongoNetworkError);
  peer.write(answerTo(await asked, { ok: 1 }));
  expect(await first).toEqual({ ok: 1 });
  close();
});

test.each([
  ["whose server is no primary any more", ({ primary }: Wire) => void (primary.isThere = false)],
  ["of an earlier generation of the pool", ({ server }: Wire) => void server.pool.generation++],
  ["of a pool that is closed", ({ server }: Wire) => void (server.pool.closed = true)],
  ["that was closed", ({ direct }: Wire) => direct.close()],
])("a connection %s is not used again", async (_name, happens) => {
  const wired = await wire();
  expect(wired.direct.isUsable).toBe(true);
  happens(wired);
  expect(wired.direct.isUsable).toBe(false);
  wired.close();
});
