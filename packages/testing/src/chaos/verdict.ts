import type { Client } from "@pos/client";
import { ApiError } from "@pos/client/errors";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlacedOrder, Violation } from "../simulator/evidence.ts";
import { violationsOf } from "../simulator/invariants.ts";
import { readBooks } from "./rest.ts";
import type { Shoppers } from "./shoppers.ts";

const READS_AT_ONCE = 32;

/** What was found when all was quiet. */
export interface Verdict {
  readonly violations: readonly Violation[];
  /** Attempts that were given up for good: what the reaper and refusals left behind. */
  readonly tombstones: number;
}

/** Every broken promise: of the books, of the clients' journal against them, and of what GET shows. */
export async function judge(admin: Client, shoppers: Shoppers, logDir: string): Promise<Verdict> {
  const books = await readBooks(admin);
  const { placements, changes, unexpected } = shoppers;
  const alarms = [...unexpected, ...alarmsIn(logDir)];
  const violations = violationsOf({ ...books, journal: { placements, changes, alarms } });
  const told = placements.flatMap(({ answers }) =>
    answers.flatMap((answer) => (answer.kind === "placed" ? [answer.order] : [])),
  );
  const waiting = told.values();
  const reader = async () => {
    for (const order of waiting) violations.push(...(await unreadable(admin, order)));
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, reader));
  return { violations, tombstones: books.orders.filter(({ status }) => status === "void").length };
}

/** I2 as a customer sees it: GET shows the order as it was told. */
async function unreadable(admin: Client, told: PlacedOrder): Promise<Violation[]> {
  try {
    const { userId, items, totalAmount } = await admin.orders.get(told.id, { timeoutMs: 30_000 });
    if (Bun.deepEquals({ userId, items, totalAmount }, pick(told))) return [];
    return [{ invariant: "I2", message: `GET shows order ${told.id} with another content than it was told with` }];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [{ invariant: "I2", message: `GET answers ${error.status} for order ${told.id}` }];
  }
}

const pick = ({ userId, items, totalAmount }: PlacedOrder) => ({ userId, items, totalAmount });

/** What the services themselves took for impossible. */
function alarmsIn(logDir: string): string[] {
  return readdirSync(logDir)
    .flatMap((file) => readFileSync(join(logDir, file), "utf8").split("\n"))
    .filter((line) => line.includes('"alarm":true'));
}
