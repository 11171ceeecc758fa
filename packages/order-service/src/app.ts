import { randomBytes } from "node:crypto";
import { fetchSender } from "@pos/client/fetch-sender";
import { reservationsClient } from "@pos/client/reservations";
import { serviceToken } from "@pos/client/service-token";
import { createTransport } from "@pos/client/transport";
import { usersClient } from "@pos/client/users";
import { createHealthMonitor } from "@pos/service-kit/health";
import { createKeyCache } from "@pos/service-kit/key-cache";
import { migrateDatabase } from "@pos/service-kit/migrate";
import { remoteKeys } from "@pos/service-kit/remote-keys";
import type { BuildParts, BuiltService } from "@pos/service-kit/run-service";
import { createServiceApp } from "@pos/service-kit/service-app";
import { Flights } from "@pos/service-kit/coalesce";
import { currentScope } from "@pos/service-kit/scope";
import { Telemetry } from "@pos/service-kit/telemetry";
import { tracedFetch } from "@pos/service-kit/traced-fetch";
import { createTokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import manifest from "../package.json" with { type: "json" };
import { AuditRepository } from "./audit/repository.ts";
import { auditRoutes } from "./audit/routes.ts";
import { AuditService } from "./audit/service.ts";
import { Gathered } from "./background/gathered.ts";
import { type Config, environment } from "./config.ts";
import { orderMeasurements } from "./measurements.ts";
import { layout } from "./migrations.ts";
import { OrderRepository } from "./orders/repository.ts";
import { orderRoutes } from "./orders/routes.ts";
import { OrderService, type Trace } from "./orders/service.ts";
import { CoalescingOrderStore } from "./orders/store.ts";
import { OutboxCensus } from "./outbox/census.ts";
import { Relay } from "./outbox/relay.ts";
import { OutboxRepository } from "./outbox/repository.ts";
import { outboxRoutes } from "./outbox/routes.ts";
import { OutboxService } from "./outbox/service.ts";
import { confirmPlaced, type PlacedOrder } from "./placement/confirm.ts";
import type { StoredOrder } from "./placement/order.ts";
import type { PlacementPorts } from "./placement/ports.ts";
import { followOrder, reapReservation } from "./placement/reap.ts";
import { relayEntry } from "./placement/relay.ts";
import { Reaper } from "./reaper/reaper.ts";
import { createHolds, createReservations } from "./upstream/reservations.ts";
import { createUsers } from "./upstream/users.ts";

/** Builds order-service: brings its database to the layout, then wires repositories, the protocol's ports and routes. */
export async function buildOrderService(parts: BuildParts<Config>): Promise<BuiltService> {
  const { config, database, logger, clock } = parts;
  const telemetry = parts.telemetry ?? new Telemetry({ service: "order-service", version: manifest.version });
  await migrateDatabase(database.db, layout, { clock, logger });
  const hello = await database.db.command({ hello: 1 });
  const replicaSet = typeof hello["setName"] === "string" ? hello["setName"] : undefined;

  const keys = createKeyCache(remoteKeys(config.jwksUrl ?? `${config.userServiceUrl}/.well-known/jwks.json`));
  const verifier = createTokenVerifier({ keys, issuer: config.jwtIssuer, clock });
  const health = createHealthMonitor("order-service", [{ name: "database", check: () => database.ping() }]);

  const { orders, outbox, audit, background } = wire(parts, telemetry);
  const features = () =>
    new Elysia({ normalize: false })
      .use(orderRoutes(orders, verifier))
      .use(outboxRoutes(outbox, verifier))
      .use(auditRoutes(audit, verifier));
  const app = createServiceApp(features, {
    logger,
    telemetry,
    verifier,
    health,
    facts: {
      service: "order-service",
      version: manifest.version,
      environmentNames: Object.values(environment).map(({ name }) => name),
      port: parts.port,
      replicaSet: () => replicaSet,
    },
    corsOrigins: config.corsOrigins,
    document: {
      title: "Order service",
      version: manifest.version,
      description: "Placing orders, their status and their history.",
    },
  });
  return { app, health, background };
}

function wire({ config, database, logger, clock }: BuildParts<Config>, telemetry: Telemetry) {
  const measurements = orderMeasurements(telemetry.metrics);
  const token = serviceToken({
    userServiceUrl: config.userServiceUrl,
    clientId: config.serviceClientId,
    clientSecret: config.serviceClientSecret,
  });
  const hops = { token, clock, logger, flights: new Flights(1) };
  const sender = fetchSender(tracedFetch);
  const reservations = reservationsClient(createTransport({ baseUrl: config.productServiceUrl, token, sender }));
  const orderRepository = new OrderRepository(database.db, logger);
  const outboxRepository = new OutboxRepository(database.db);
  const relay = new Relay({
    entries: outboxRepository,
    deliver: (orderId, entry) =>
      telemetry.perform(taskOf(`outbox ${entry.kind}`, orderId, entry.traceparent), async () => {
        const delivery = await relayEntry(orderId, entry, ports);
        measurements.delivered(entry.kind, delivery);
        if (delivery !== "delivered")
          logger.warn({ orderId, entryId: entry.id, kind: entry.kind, delivery }, "relayed");
        return delivery;
      }),
    clock,
    logger,
    periodMs: config.relayPeriodMs,
  });
  // What is not confirmed, because it fails or the process ends, is found by a reaper.
  const confirms = new Gathered<PlacedOrder & { traceparent: string | undefined }>({
    name: "confirm",
    work: ({ traceparent, ...order }) =>
      telemetry.perform(taskOf("confirm", order.orderId, traceparent), async () =>
        measurements.confirmed(await confirmPlaced(order, ports)),
      ),
    clock,
    logger,
  });
  const orders = {
    insertAll(batch: readonly StoredOrder[]) {
      measurements.inserted(batch.length);
      return orderRepository.insertAll(batch);
    },
    findMany: orderRepository.findMany.bind(orderRepository),
    changeStatus: orderRepository.changeStatus.bind(orderRepository),
  };
  const store = new CoalescingOrderStore(orders, outboxRepository, {
    clock,
    logger,
    onInserted({ id: orderId, rid, status, outbox }) {
      relay.offer(orderId, outbox);
      if (status === "pending" && rid !== undefined)
        confirms.offer({ orderId, rid, traceparent: currentScope()?.traceparent });
    },
    onEntries: (orderId, entries) => relay.offer(orderId, entries),
  });
  const usersFor = createUsers(usersClient(createTransport({ baseUrl: config.userServiceUrl, token, sender })), hops);
  const reservationsPort = createReservations(reservations, hops);
  const portsFor = (trace: Trace): PlacementPorts => ({
    orders: store,
    reservations: reservationsPort,
    users: usersFor(trace),
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
  const ports = portsFor({});
  const reaper = new Reaper({
    reservations: createHolds(reservations, hops),
    async reap(hold) {
      const reaping = await reapReservation(hold, ports);
      measurements.reaped(reaping);
      return reaping;
    },
    async follow(hold) {
      const reaping = await followOrder(hold, ports);
      if (reaping !== "later") measurements.reaped(reaping);
      return reaping;
    },
    clock,
    logger,
    telemetry,
    periodMs: config.reaperPeriodMs,
    ageMs: config.reaperAgeMs,
  });
  const reader = {
    find: (id: string) => store.find(id),
    list: orderRepository.list.bind(orderRepository),
  };
  const census = new OutboxCensus(outboxRepository, { clock, logger });
  measurements.watchQueues({
    inserts: () => store.waitingInserts,
    confirms: () => confirms.waiting,
    relay: () => relay.waiting,
  });
  measurements.watchOutbox(() => census.state);
  const { placementTimeoutMs } = config;
  return {
    orders: new OrderService(reader, portsFor, { clock, placementTimeoutMs, measurements }),
    outbox: new OutboxService(outboxRepository, clock),
    audit: new AuditService(new AuditRepository(database.db)),
    background: [relay, confirms, reaper, census],
  };
}

/** Work for an order beside its request, in the trace of that request. */
const taskOf = (name: string, orderId: string, traceparent: string | undefined) => ({
  name,
  traceparent,
  attributes: { "order.id": orderId },
});
