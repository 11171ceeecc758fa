import type { Product } from "@pos/contracts/products";
import type { View } from "../output/printer.ts";
import { renderFacts } from "../output/table.ts";
import { clean } from "../output/text.ts";

/** A price or total, with two decimals at least: the system knows no currency. */
export const money = (amount: number): string =>
  amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 20, useGrouping: false });

/** How products are shown. */
export const productView: View<Product> = {
  kind: "product",
  id: ({ id }) => id,
  columns: [
    { header: "ID", keep: true, value: ({ id }) => id },
    { header: "NAME", value: ({ name }) => name },
    { header: "PRICE", value: ({ price }) => money(price), align: "right" },
    {
      header: "STOCK",
      value: ({ stock }) => String(stock),
      align: "right",
      paint: (cell, style, { stock }) => (stock === 0 ? style.red(cell) : cell),
    },
    { header: "DESCRIPTION", value: ({ description }) => description, wide: true },
    { header: "UPDATED", value: ({ updatedAt }) => updatedAt, wide: true },
  ],
  detail: (product, { style }) =>
    renderFacts(
      [
        ["Id", product.id],
        ["Name", clean(product.name)],
        ["Price", money(product.price)],
        ["Stock", String(product.stock)],
        ["Description", product.description === "" ? "-" : clean(product.description)],
        ["Created", product.createdAt],
        ["Updated", product.updatedAt],
      ],
      style,
    ),
};
