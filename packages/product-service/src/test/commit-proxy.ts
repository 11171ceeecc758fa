import { connect, createServer, type Socket } from "node:net";

/** A way to the database on which answers to commits get lost: the commit happens, its answer does not arrive. */
export interface CommitProxy {
  readonly port: number;
  /** Answers to commits that were lost so far. */
  readonly lost: () => number;
  /** Loses the answers to the next `count` commits. */
  lose(count: number): void;
  /** Passes no commit on from now. @returns what resolves when the first one has come */
  withhold(): Promise<void>;
  close(): Promise<void>;
}

export async function commitProxy(target: { host: string; port: number }): Promise<CommitProxy> {
  const sockets = new Set<Socket>();
  let toLose = 0;
  let lost = 0;
  let withheld: (() => void) | undefined;
  const server = createServer((client) => {
    const upstream = connect(target);
    let isDoomed = false;
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on("data", (chunk) => {
      if (withheld !== undefined && chunk.includes("commitTransaction")) return withheld();
      if (toLose > 0 && chunk.includes("commitTransaction")) {
        toLose--;
        lost++;
        isDoomed = true;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (isDoomed) client.resetAndDestroy();
      else client.write(chunk);
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  return {
    port,
    lost: () => lost,
    lose(count) {
      toLose = count;
    },
    withhold: () => new Promise((resolve) => (withheld = resolve)),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
