import { type Static, Type } from "@sinclair/typebox";
import { PRICE_MAX, STOCK_MAX_UNITS } from "./limits.ts";
import { ClosedObject, Cursor, Id, pageQuery, Text, Timestamp, WholeNumber } from "./primitives.ts";

/** Name of a product: 1 to 500 code points, not unique. */
export const ProductName = Text({ minLength: 1, maxLength: 500, examples: ["Mechanical keyboard"] });
/** Text about a product: up to 10,000 code points. */
export const ProductDescription = Text({ maxLength: 10_000 });
/** Price of one unit: a decimal number as sent, above 0. */
export const Price = Type.Number({ exclusiveMinimum: 0, maximum: PRICE_MAX, examples: [59.9] });
/** Units on hand. */
export const Stock = WholeNumber({ minimum: 0, maximum: STOCK_MAX_UNITS, examples: [100] });

/** Units on hand as they are answered: returns of cancelled orders may lift them over what can be set. */
const UnitsOnHand = WholeNumber({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, examples: [100] });

/** A product as answered. */
export const Product = ClosedObject(
  {
    id: Id,
    name: ProductName,
    description: ProductDescription,
    price: Price,
    stock: UnitsOnHand,
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { title: "Product", description: "Product" },
);
export type Product = Static<typeof Product>;

/** Body of POST /products. */
export const CreateProduct = ClosedObject(
  {
    name: ProductName,
    description: Type.Optional(ProductDescription),
    price: Price,
    stock: Stock,
  },
  { title: "CreateProduct" },
);
export type CreateProduct = Static<typeof CreateProduct>;

/** Body of PUT /products/:id: at least one of its fields; `stock` sets the units on hand. */
export const UpdateProduct = ClosedObject(
  {
    name: Type.Optional(ProductName),
    description: Type.Optional(ProductDescription),
    price: Type.Optional(Price),
    stock: Type.Optional(Stock),
  },
  { title: "UpdateProduct", minProperties: 1 },
);
export type UpdateProduct = Static<typeof UpdateProduct>;

/** Path of /products/:id and what lies below it. */
export const ProductParams = ClosedObject({ id: Id });

/** Query of GET /products. */
export const ProductListQuery = ClosedObject({
  ...pageQuery,
  name: Type.Optional(Text({ minLength: 1, maxLength: 500, description: "Exact name" })),
});
export type ProductListQuery = Static<typeof ProductListQuery>;

/** Answer of GET /products. */
export const ProductList = ClosedObject(
  { products: Type.Array(Product), nextCursor: Type.Optional(Cursor) },
  { title: "ProductList", description: "A page of products, newest first" },
);
export type ProductList = Static<typeof ProductList>;

/** A change of stock by a delta, with the reason for the books. */
export const StockAdjustment = ClosedObject(
  {
    delta: WholeNumber({
      minimum: -STOCK_MAX_UNITS,
      maximum: STOCK_MAX_UNITS,
      description: "Units, not 0",
      examples: [10],
    }),
    reason: Text({ minLength: 1, maxLength: 500, examples: ["delivery"] }),
  },
  { title: "StockAdjustment" },
);
export type StockAdjustment = Static<typeof StockAdjustment>;
