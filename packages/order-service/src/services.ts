import { randomBytes } from "node:crypto";
import { fetchSender } from "@pos/client/fetch-sender";
import { reservationsClient } from "@pos/client/reservations";
import { serviceToken } from "@pos/client/service-token";
import { createTransport } from "@pos/client/transport";
import { usersClient } from "@pos/client/users";
import { Flights } from "@pos/service-kit/coalesce";
import type { WireTools } from "@pos/service-kit/define-service";
import { createKeyCache } from "@pos/service-kit/key-cache";
import { remoteKeys } from "@pos/service-kit/remote-keys";
import { currentScope } from "@pos/service-kit/scope";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { tracedFetch } from "@pos/service-kit/traced-fetch";
import { AuditRepository } from "./audit/repository.ts";
import { AuditService } from "./audit/service.ts";
import { Gathered } from "./background/gathered.ts";
import type { Config } from "./config.ts";
import { type OrderMeasurements, orderMeasurements } from "./measurements.ts";
import { OrderRepository } from "./orders/repository.ts";
import { OrderService, type Trace } from "./orders/service.ts";
import { CoalescingOrderStore } from "./orders/store.ts";
import { OutboxCensus } from "./outbox/census.ts";
import { Relay } from "./outbox/relay.ts";
import { OutboxRepository } from "./outbox/repository.ts";
import { OutboxService } from "./outbox/service.ts";
import { confirmPlaced, type PlacedOrder } from "./placement/confirm.ts";
import type { StoredOrder } from "./placement/order.ts";
import type { PlacementPorts } from "./placement/ports.ts";
import { followOrder, reapReservation } from "./placement/reap.ts";
import { relayEntry } from "./placement/relay.ts";
import { Reaper } from "./reaper/reaper.ts";
import { createHolds, createReservations } from "./upstream/reservations.ts";
import { createUsers } from "./upstream/users.ts";

type Confirms = Gathered<PlacedOrder & { readonly traceparent: string | undefined }>;

/** What the background tasks share. They use the ports, and the ports hand work to them. */
interface Tools extends Pick<WireTools<Config>, "config" | "clock" | "logger" | "telemetry"> {
  readonly measurements: OrderMeasurements;
  readonly ports: () => PlacementPorts;
}

/** Wires repositories, the protocol's ports, the background tasks and the services of all features. */
export function createServices({ config, database, logger, clock, telemetry }: WireTools<Config>) {
  const measurements = orderMeasurements(telemetry.metrics);
  const tools = { config, clock, logger, telemetry, measurements, ports: () => ports };
  const repositories = { orders: new OrderRepository(database.db, logger), outbox: new OutboxRepository(database.db) };
  const upstream = createUpstream(tools);
  const relay = createRelay(repositories.outbox, tools);
  const confirms = createConfirms(tools);
  const store = createStore({ ...repositories, relay, confirms }, tools);
  const portsFor = createPorts(store, upstream, tools);
  const ports = portsFor({});
  const reaper = createReaper(upstream.holds, tools);
  const census = new OutboxCensus(repositories.outbox, { clock, logger });
  measurements.watchQueues({
    inserts: () => store.waitingInserts,
    confirms: () => confirms.waiting,
    relay: () => relay.waiting,
  });
  measurements.watchOutbox(() => census.state);
  const reader = {
    find: (id: string) => store.find(id),
    list: repositories.orders.list.bind(repositories.orders),
  };
  const { placementTimeoutMs } = config;
  const keys = createKeyCache(remoteKeys(config.jwksUrl ?? `${config.userServiceUrl}/.well-known/jwks.json`));
  return {
    verifier: createTokenVerifier({ keys, issuer: config.jwtIssuer, clock }),
    orders: new OrderService(reader, portsFor, { clock, placementTimeoutMs, measurements }),
    outbox: new OutboxService(repositories.outbox, clock),
    audit: new AuditService(new AuditRepository(database.db)),
    background: [relay, confirms, reaper, census],
  };
}

/** The two services that order-service calls. */
function createUpstream({ config, clock, logger }: Tools) {
  const token = serviceToken({
    userServiceUrl: config.userServiceUrl,
    clientId: config.serviceClientId,
    clientSecret: config.serviceClientSecret,
  });
  const hops = { token, clock, logger, flights: new Flights(1) };
  const transport = (baseUrl: string) => createTransport({ baseUrl, token, sender: fetchSender(tracedFetch) });
  const reservations = reservationsClient(transport(config.productServiceUrl));
  return {
    usersFor: createUsers(usersClient(transport(config.userServiceUrl)), hops),
    reservations: createReservations(reservations, hops),
    holds: createHolds(reservations, hops),
  };
}

/** The protocol's ports for one request, whose calls carry its trace. */
function createPorts(store: CoalescingOrderStore, upstream: ReturnType<typeof createUpstream>, tools: Tools) {
  const { clock, logger, measurements } = tools;
  return (trace: Trace): PlacementPorts => ({
    orders: store,
    reservations: upstream.reservations,
    users: upstream.usersFor(trace),
    clock,
    random: {
      orderId: () => randomBytes(12).toString("hex"),
      entryId: () => randomBytes(12).toString("hex"),
      fraction: Math.random,
    },
    alarms: {
      raise(message, facts) {
        // A dead entry has a measurement of its own.
        if (!("entryId" in facts)) measurements.violated();
        logger.error({ alarm: true, ...facts }, message);
      },
    },
    traceparent: currentScope()?.traceparent,
  });
}

function createRelay(entries: OutboxRepository, { config, clock, logger, telemetry, measurements, ports }: Tools) {
  return new Relay({
    entries,
    deliver: (orderId, entry) =>
      telemetry.perform(taskOf(`outbox ${entry.kind}`, orderId, entry.traceparent), async () => {
        const delivery = await relayEntry(orderId, entry, ports());
        measurements.delivered(entry.kind, delivery);
        if (delivery !== "delivered")
          logger.warn({ orderId, entryId: entry.id, kind: entry.kind, delivery }, "relayed");
        return delivery;
      }),
    clock,
    logger,
    periodMs: config.relayPeriodMs,
  });
}

/** What is not confirmed, because it fails or the process ends, is found by a reaper. */
function createConfirms({ clock, logger, telemetry, measurements, ports }: Tools): Confirms {
  return new Gathered({
    name: "confirm",
    work: ({ traceparent, ...order }) =>
      telemetry.perform(taskOf("confirm", order.orderId, traceparent), async () =>
        measurements.confirmed(await confirmPlaced(order, ports())),
      ),
    clock,
    logger,
  });
}

function createStore(
  {
    orders,
    outbox,
    relay,
    confirms,
  }: { orders: OrderRepository; outbox: OutboxRepository; relay: Relay; confirms: Confirms },
  { clock, logger, measurements }: Tools,
) {
  const measured = {
    insertAll(batch: readonly StoredOrder[]) {
      measurements.inserted(batch.length);
      return orders.insertAll(batch);
    },
    findMany: orders.findMany.bind(orders),
    changeStatus: orders.changeStatus.bind(orders),
  };
  return new CoalescingOrderStore(measured, outbox, {
    clock,
    logger,
    onInserted({ id: orderId, rid, status, outbox: entries }) {
      relay.offer(orderId, entries);
      if (status === "pending" && rid !== undefined)
        confirms.offer({ orderId, rid, traceparent: currentScope()?.traceparent });
    },
    onEntries: (orderId, entries) => relay.offer(orderId, entries),
  });
}

function createReaper(reservations: ReturnType<typeof createHolds>, tools: Tools) {
  const { config, clock, logger, telemetry, measurements, ports } = tools;
  return new Reaper({
    reservations,
    async reap(hold) {
      const reaping = await reapReservation(hold, ports());
      measurements.reaped(reaping);
      return reaping;
    },
    async follow(hold) {
      const reaping = await followOrder(hold, ports());
      if (reaping !== "later") measurements.reaped(reaping);
      return reaping;
    },
    clock,
    logger,
    telemetry,
    periodMs: config.reaperPeriodMs,
    ageMs: config.reaperAgeMs,
  });
}

/** Work for an order beside its request, in the trace of that request. */
const taskOf = (name: string, orderId: string, traceparent: string | undefined) => ({
  name,
  traceparent,
  attributes: { "order.id": orderId },
});
