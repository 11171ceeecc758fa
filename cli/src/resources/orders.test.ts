import { expect, test } from "bun:test";
import type { Order } from "@pos/contracts/orders";
import { styleOf } from "../output/style.ts";
import { renderTable } from "../output/table.ts";
import { historyView, orderView } from "./orders.ts";

const style = styleOf({ isTty: false, columns: 80, write() {} }, {}, "never");
const by = "65f1c0ffee0123456789abcd";
const at = "2026-11-28T06:02:39.852Z";

test("a narrow terminal cuts the words of an order's history, never its times and ids", () => {
  const long = { status: "cancelled", at, by, reason: "the customer found a cheaper one in another shop" } as const;
  const shown = renderTable([long], historyView.columns, { style, maxWidth: 80 });
  expect(shown).toMatch(new RegExp(`^AT .+\n${at}  cancelled  ${by}  the .+…\n$`));
  expect(renderTable([long], historyView.columns, { style, maxWidth: 40 })).toContain(`BY      ${by}\n`);
});

test("at 80 columns a list of orders shows when each was placed, and cuts its items", () => {
  const items = [{ productId: by, productName: "Standing desk of walnut", price: 504.42, quantity: 2 }];
  const order: Order = {
    id: by,
    userId: by,
    items,
    totalAmount: 1008.84,
    status: "processing",
    createdAt: at,
    updatedAt: at,
    history: [],
  };
  const shown = renderTable(
    [order],
    orderView.columns.filter(({ wide }) => wide !== true),
    { style, maxWidth: 80 },
  );
  expect(shown).toMatch(/ 2 × .+… +2026-11-28T06:02:39Z\n$/);
});
