import { type CallOptions, createTransport, type TokenSource } from "./transport.ts";
import { auditClient } from "./resources/audit.ts";
import { authClient } from "./resources/auth.ts";
import { operationClient } from "./resources/operation.ts";
import { ordersClient } from "./resources/orders.ts";
import { productsClient } from "./resources/products.ts";
import { reservationsClient } from "./resources/reservations.ts";
import { usersClient } from "./resources/users.ts";

/** Where the three services are and as whom to call them. */
export interface ClientOptions {
  userUrl: string;
  productUrl: string;
  orderUrl: string;
  /** Access token of each call; absent: call as nobody. */
  token?: TokenSource;
  /** Limit of one call, in milliseconds; 5,000 when absent. */
  timeoutMs?: number;
  /** What sends the requests in place of the global `fetch`, for traces. */
  fetch?: typeof fetch;
}

export type { CallOptions };
/** The typed client of the three services. */
export type Client = ReturnType<typeof createClient>;

/**
 * A typed client of the three services.
 * @example
 * const client = createClient({ userUrl: "http://localhost:3001", productUrl: "http://localhost:3002",
 *   orderUrl: "http://localhost:3003", token: () => token });
 * const body = { userId, items: [{ productId, quantity: 2 }] };
 * const { order } = await client.orders.place(body, { idempotencyKey: "cart-7" });
 */
export function createClient(options: ClientOptions) {
  const { token, timeoutMs, fetch } = options;
  const common = {
    ...(token === undefined ? {} : { token }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(fetch === undefined ? {} : { fetch }),
  };
  const user = createTransport({ baseUrl: options.userUrl, ...common });
  const product = createTransport({ baseUrl: options.productUrl, ...common });
  const order = createTransport({ baseUrl: options.orderUrl, ...common });
  return {
    auth: authClient(user),
    users: usersClient(user),
    products: productsClient(product),
    reservations: reservationsClient(product),
    orders: ordersClient(order),
    audit: auditClient({ product, order }),
    operation: operationClient({ user, product, order }),
  };
}
