import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { Transform } from "node:stream";
import type { MongoClient, MongoError } from "mongodb";

/*
 * The driver's internals in use (mongodb 7.8.0, pinned): it finds the primary, opens connections, authenticates
 * and encrypts them, and is told of every failure. Its types leave these out.
 */

/** A connection that the driver has opened and authenticated. Emits `close` once, with `error` set. */
export interface DriverConnection extends EventEmitter {
  readonly id: number;
  readonly address: string;
  readonly generation: number;
  readonly closed: boolean;
  readonly error: Error | null;
  readonly socket: Socket;
  /** What cuts the socket's bytes into messages for the driver. */
  readonly messageStream: Transform;
  /** Closes it because of an error. */
  onError(error: Error): void;
  destroy(): void;
}

/** A server and its pool. */
export interface DriverServer {
  readonly description: { readonly address: string };
  readonly pool: {
    readonly generation: number;
    readonly closed: boolean;
    checkOut(options: {
      readonly timeoutContext: { readonly connectionCheckoutTimeout: undefined; csotEnabled(): false };
      readonly signal: AbortSignal;
    }): Promise<DriverConnection>;
    checkIn(connection: DriverConnection): void;
  };
  /** Reports an error to the driver: it may look for a new primary and close connections. */
  handleError(error: MongoError, connection: DriverConnection): void;
}

interface DriverInside {
  readonly topology?: {
    readonly description: { readonly servers: ReadonlyMap<string, { readonly isWritable: boolean }> };
    selectServer(readPreference: "primary", options: { readonly operationName: string }): Promise<DriverServer>;
  };
  readonly s: { readonly options: { readonly monitorCommands: boolean } };
}

const inside = (client: MongoClient): DriverInside => client as unknown as DriverInside;

/** Finds the primary, within the client's `serverSelectionTimeoutMS`. @throws {MongoServerSelectionError} */
export async function selectPrimary(client: MongoClient, commandName: string): Promise<DriverServer> {
  const { topology } = inside(client);
  // A client connects with its first command; one that was closed throws its own error.
  if (topology === undefined) await client.db("admin").command({ ping: 1 });
  const connected = inside(client).topology;
  if (connected === undefined) throw new Error("the client has no topology");
  return connected.selectServer("primary", { operationName: commandName });
}

/**
 * Whether a server is the primary as far as the driver knows. The server's own word is not enough: one that is frozen or
 * cut off from the others does not know that they have elected another.
 */
export const isPrimary = (client: MongoClient, { description: { address } }: DriverServer): boolean =>
  inside(client).topology?.description.servers.get(address)?.isWritable === true;

/** Whether another server has replaced it as primary. False if the driver merely lost contact with it. */
export const isReplaced = (client: MongoClient, server: DriverServer): boolean =>
  !isPrimary(client, server) &&
  (inside(client)
    .topology?.description.servers.values()
    .some(({ isWritable }) => isWritable) ??
    false);

/** Whether somebody wants the events of commands. */
export const wantsEvents = (client: MongoClient): boolean => inside(client).s.options.monitorCommands;
