/** One kind of load. */
export interface Scenario {
  readonly name: ScenarioName;
  /** What a reader of the table is told. */
  readonly title: string;
  /** Requests in a second of the load at a fixed rate. */
  readonly ratePerSecond: number;
  readonly connections: number;
}

export type ScenarioName = "get-product" | "list-20" | "get-order" | "order-1" | "order-3" | "order-hot" | "sign-in";

/** In the order in which they are measured. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "get-product", title: "GET product by id", ratePerSecond: 400, connections: 32 },
  { name: "list-20", title: "list of 20 products", ratePerSecond: 200, connections: 32 },
  { name: "get-order", title: "GET order by id", ratePerSecond: 400, connections: 32 },
  { name: "order-1", title: "place an order, 1 line", ratePerSecond: 100, connections: 32 },
  { name: "order-3", title: "place an order, 3 lines", ratePerSecond: 60, connections: 32 },
  { name: "order-hot", title: "place an order, one hot product", ratePerSecond: 100, connections: 32 },
  { name: "sign-in", title: "sign in (bcrypt, cost 10)", ratePerSecond: 5, connections: 8 },
];

/** Reads of a product at a fixed rate, beside clients that sign in again and again. */
export const BURST = { ratePerSecond: 400, connections: 32, signInConnections: 100 };
