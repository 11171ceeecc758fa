import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy that fails on command: the way tests take a database or a service away without killing it. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Ends every connection with a reset and refuses new ones. */
  cut(): void;
  /** Lets connections through again. */
  restore(): void;
  /** Keeps connections open and swallows what the server answers: the request is carried out, the answer is lost. */
  loseAnswers(lose: boolean): void;
  /** Keeps connections open and answers back; they come when it holds them no more. */
  holdAnswers(hold: boolean): void;
  /** Delays every answer, in milliseconds. */
  delayAnswers(milliseconds: number): void;
  /** Sends another target's way from now on. */
  retarget(target: { host: string; port: number }): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of the loopback address. */
export async function tcpProxy(options: { target: { host: string; port: number }; port?: number }): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const state = { target: options.target, isCut: false, losesAnswers: false, holdsAnswers: false, delayMs: 0 };
  const held: (() => void)[] = [];
  const server = createServer((client) => {
    if (state.isCut) return void client.resetAndDestroy();
    const upstream = connect(state.target);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (chunk) => upstream.write(chunk));
    upstream.on("data", (chunk) => {
      if (state.losesAnswers) return;
      if (state.holdsAnswers) held.push(() => client.write(chunk));
      else if (state.delayMs === 0) client.write(chunk);
      else setTimeout(() => client.write(chunk), state.delayMs);
    });
  });
  const port = await listen(server, options.port ?? 0);
  const cut = () => {
    state.isCut = true;
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  };
  return {
    host: "127.0.0.1",
    port,
    cut,
    restore() {
      state.isCut = false;
    },
    loseAnswers(lose) {
      state.losesAnswers = lose;
    },
    holdAnswers(hold) {
      state.holdsAnswers = hold;
      if (!hold) for (const answer of held.splice(0)) answer();
    },
    delayAnswers(milliseconds) {
      state.delayMs = milliseconds;
    },
    retarget(target) {
      state.target = target;
    },
    close() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("the proxy has no port"));
      else resolve(address.port);
    });
  });
}
