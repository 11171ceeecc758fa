# One image per service and one for ordersctl:
#   docker build --target user-service|product-service|order-service|ordersctl .
# Each service is bundled from its own code and the shared packages, and compiled to bytecode; the image holds bun, the
# bundle and the licences of what is in it.
# In a network with a certificate authority of its own:
#   --secret id=ca,src=FILE --build-arg NODE_EXTRA_CA_CERTS=/run/secrets/ca

FROM oven/bun:1.4.5-slim AS base
WORKDIR /app

# Manifests only: this layer is built again when a dependency changes, not when code does.
FROM base AS manifests
COPY package.json bun.lock bunfig.toml ./
COPY patches patches
COPY bench/package.json bench/
COPY cli/package.json cli/
COPY tools/package.json tools/
COPY packages/client/package.json packages/client/
COPY packages/command-options/package.json packages/command-options/
COPY packages/contracts/package.json packages/contracts/
COPY packages/local-mongodb/package.json packages/local-mongodb/
COPY packages/manifests/package.json packages/manifests/
COPY packages/order-service/package.json packages/order-service/
COPY packages/product-service/package.json packages/product-service/
COPY packages/service-kit/package.json packages/service-kit/
COPY packages/testing/package.json packages/testing/
COPY packages/user-service/package.json packages/user-service/

FROM manifests AS shared
COPY packages/contracts packages/contracts
COPY packages/service-kit packages/service-kit

FROM shared AS build-user-service
ARG NODE_EXTRA_CA_CERTS
RUN --mount=type=secret,id=ca bun install --frozen-lockfile --production --filter @pos/user-service
COPY packages/user-service packages/user-service
RUN bun run --cwd packages/user-service build --outdir=/out

FROM shared AS build-product-service
ARG NODE_EXTRA_CA_CERTS
RUN --mount=type=secret,id=ca bun install --frozen-lockfile --production --filter @pos/product-service
COPY packages/product-service packages/product-service
RUN bun run --cwd packages/product-service build --outdir=/out

FROM shared AS build-order-service
ARG NODE_EXTRA_CA_CERTS
RUN --mount=type=secret,id=ca bun install --frozen-lockfile --production --filter @pos/order-service
COPY packages/client packages/client
COPY packages/order-service packages/order-service
RUN bun run --cwd packages/order-service build --outdir=/out

FROM shared AS build-ordersctl
ARG NODE_EXTRA_CA_CERTS
RUN --mount=type=secret,id=ca bun install --frozen-lockfile --production --filter ordersctl
COPY packages packages
COPY cli cli
RUN bun build --target=bun --splitting --minify-whitespace --minify-syntax --outdir=/out cli/src/main.ts

FROM base AS runtime
ENV NODE_ENV=production DRAIN_DELAY_MS=5000
USER 1000:1000
COPY LICENSE THIRD-PARTY-NOTICES.txt /licenses/

FROM runtime AS service
# Bun's timer for garbage stops a service for some milliseconds every second; what is allocated sets it off anyway.
ENV BUN_GC_TIMER_INTERVAL=10000
# Engines put HTTP_PROXY into a container as their user's settings say: the probe asks the service itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=180s \
  CMD ["bun", "-e", "process.env.no_proxy = '*'; process.exit((await fetch(`http://127.0.0.1:${process.env.PORT}/health`)).ok ? 0 : 1)"]
CMD ["bun", "/app/main.js"]

FROM service AS user-service
ENV PORT=3001
EXPOSE 3001
COPY --from=build-user-service /out /app

FROM service AS product-service
ENV PORT=3002
EXPOSE 3002
COPY --from=build-product-service /out /app

FROM service AS order-service
ENV PORT=3003
EXPOSE 3003
COPY --from=build-order-service /out /app

FROM runtime AS ordersctl
COPY --from=build-ordersctl /out /app
ENTRYPOINT ["bun", "/app/main.js"]
