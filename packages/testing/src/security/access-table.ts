/** Who may call which route: the whole table, kept by hand and compared with the routers. */

/** `customer` calls a route that is about nobody in particular; `owner` and `other` stand to the resource in the path. */
export const actors = ["nobody", "customer", "owner", "other", "admin", "service"] as const;
export type Actor = (typeof actors)[number];
export type Service = "user" | "product" | "order";

/** What exists when a request is made: a customer (the owner) with an order of one product. */
export interface Scene {
  userId: string;
  productId: string;
  orderId: string;
}

export interface Row {
  service: Service;
  route: string;
  admits: readonly Actor[];
  /** Values of the path's parameters; a well-formed id that names nothing where absent. */
  params?: (scene: Scene) => Record<string, string>;
  body?: (scene: Scene) => unknown;
}

const anyone: readonly Actor[] = actors;
const admin: readonly Actor[] = ["admin"];
const service: readonly Actor[] = ["service"];
/** The customer of a scene is its owner. */
const self: readonly Actor[] = ["customer", "owner"];
const selfOrAdmin: readonly Actor[] = [...self, "admin"];

const ofUser = ({ userId }: Scene) => ({ id: userId, userId });
const ofOrder = ({ orderId }: Scene) => ({ id: orderId, orderId });
const ofProduct = ({ productId }: Scene) => ({ id: productId });
/** A body that no schema takes: authorization is decided before it is read. */
const nonsense = () => ({ nonsense: true });
const rid = "0".repeat(32);

const operation = (of: Service): Row[] => [
  { service: of, route: "GET /health", admits: anyone },
  { service: of, route: "GET /meta", admits: admin },
  { service: of, route: "GET /metrics", admits: admin },
];

export const rows: readonly Row[] = [
  ...operation("user"),
  { service: "user", route: "POST /users", admits: anyone, body: nonsense },
  { service: "user", route: "GET /users", admits: admin },
  { service: "user", route: "POST /users/lookup", admits: service, body: nonsense },
  { service: "user", route: "GET /users/:id", admits: [...selfOrAdmin, "service"], params: ofUser },
  { service: "user", route: "PUT /users/:id", admits: selfOrAdmin, params: ofUser, body: nonsense },
  { service: "user", route: "DELETE /users/:id", admits: selfOrAdmin, params: ofUser },
  { service: "user", route: "PUT /users/:id/password", admits: self, params: ofUser, body: nonsense },
  { service: "user", route: "PUT /users/:id/role", admits: admin, params: ofUser, body: nonsense },
  { service: "user", route: "PUT /users/:id/status", admits: admin, params: ofUser, body: nonsense },
  { service: "user", route: "POST /users/:id/email-verification", admits: selfOrAdmin, params: ofUser },
  { service: "user", route: "GET /users/:id/addresses", admits: self, params: ofUser },
  { service: "user", route: "POST /users/:id/addresses", admits: self, params: ofUser, body: nonsense },
  { service: "user", route: "PUT /users/:id/addresses/:addressId", admits: self, params: ofUser, body: nonsense },
  { service: "user", route: "DELETE /users/:id/addresses/:addressId", admits: self, params: ofUser },
  { service: "user", route: "POST /auth/refresh", admits: anyone, body: nonsense },
  { service: "user", route: "POST /auth/logout", admits: anyone, body: nonsense },
  { service: "user", route: "POST /auth/password-reset", admits: anyone, body: nonsense },
  { service: "user", route: "POST /auth/password-reset/confirm", admits: anyone, body: nonsense },
  { service: "user", route: "POST /auth/verify-email", admits: anyone, body: nonsense },
  { service: "user", route: "GET /auth/keys", admits: admin },
  { service: "user", route: "POST /auth/keys/rotate", admits: admin, body: nonsense },
  { service: "user", route: "POST /auth/login", admits: anyone, body: nonsense },
  { service: "user", route: "POST /auth/token", admits: anyone, body: nonsense },
  { service: "user", route: "GET /.well-known/jwks.json", admits: anyone },

  ...operation("product"),
  { service: "product", route: "GET /products", admits: anyone },
  { service: "product", route: "GET /products/:id", admits: anyone, params: ofProduct },
  { service: "product", route: "POST /products", admits: admin, body: nonsense },
  { service: "product", route: "PUT /products/:id", admits: admin, params: ofProduct, body: nonsense },
  { service: "product", route: "DELETE /products/:id", admits: admin, params: ofProduct },
  {
    service: "product",
    route: "POST /products/:id/stock-adjustments",
    admits: admin,
    params: ofProduct,
    body: nonsense,
  },
  { service: "product", route: "GET /reservations", admits: service },
  { service: "product", route: "POST /reservations/batch", admits: service, body: nonsense },
  { service: "product", route: "PUT /reservations/:orderId", admits: service, params: ofOrder, body: nonsense },
  {
    service: "product",
    route: "POST /reservations/:orderId/confirm",
    admits: service,
    params: ofOrder,
    body: () => ({ rid }),
  },
  {
    service: "product",
    route: "POST /reservations/:orderId/release",
    admits: service,
    params: ofOrder,
    body: () => ({ rid }),
  },
  {
    service: "product",
    route: "POST /reservations/:orderId/settle",
    admits: service,
    params: ofOrder,
    body: () => ({ rid }),
  },
  { service: "product", route: "GET /audit/products", admits: admin },
  { service: "product", route: "GET /audit/reservations", admits: admin },
  { service: "product", route: "GET /audit/reservations/:orderId", admits: admin, params: ofOrder },

  ...operation("order"),
  {
    service: "order",
    route: "POST /orders",
    admits: selfOrAdmin,
    body: ({ userId, productId }) => ({ userId, items: [{ productId, quantity: 1 }] }),
  },
  { service: "order", route: "GET /orders", admits: admin },
  { service: "order", route: "GET /orders/:id", admits: selfOrAdmin, params: ofOrder },
  { service: "order", route: "GET /orders/user/:userId", admits: selfOrAdmin, params: ofUser },
  {
    service: "order",
    route: "PUT /orders/:id/status",
    admits: selfOrAdmin,
    params: ofOrder,
    body: () => ({ status: "cancelled" }),
  },
  { service: "order", route: "GET /outbox", admits: admin },
  { service: "order", route: "POST /outbox/:orderId/:entryId/retry", admits: admin, params: ofOrder, body: () => ({}) },
  { service: "order", route: "GET /audit/orders", admits: admin },
  { service: "order", route: "GET /audit/orders/:id", admits: admin, params: ofOrder },
];
