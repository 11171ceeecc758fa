import {
  type CreateProduct,
  Product,
  ProductList,
  type ProductListQuery,
  type StockAdjustment,
  type UpdateProduct,
} from "@pos/contracts/products";
import { allPages } from "../pages.ts";
import { pathTo } from "../path.ts";
import type { CallOptions, Transport } from "../transport.ts";

/** Calls under /products. */
export const productsClient = (http: Transport) => {
  const list = async (query: ProductListQuery = {}, options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: "/products", query, answer: ProductList, ...options })).value;
  return {
    list,
    /** Every product of a list, page by page. */
    all: (query: ProductListQuery = {}) =>
      allPages(async (cursor) => {
        const { products, nextCursor } = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
        return { items: products, nextCursor };
      }),
    create: async (body: CreateProduct, options: CallOptions = {}) =>
      (await http.call({ method: "POST", path: "/products", body, answer: Product, ...options })).value,
    get: async (id: string, options: CallOptions = {}) =>
      (await http.call({ method: "GET", path: pathTo`/products/${id}`, answer: Product, ...options })).value,
    update: async (id: string, body: UpdateProduct, options: CallOptions = {}) =>
      (await http.call({ method: "PUT", path: pathTo`/products/${id}`, body, answer: Product, ...options })).value,
    delete: async (id: string, options: CallOptions = {}) => {
      await http.call({ method: "DELETE", path: pathTo`/products/${id}`, answer: undefined, ...options });
    },
    adjustStock: async (id: string, body: StockAdjustment, options: CallOptions = {}) =>
      (
        await http.call({
          method: "POST",
          path: pathTo`/products/${id}/stock-adjustments`,
          body,
          answer: Product,
          ...options,
        })
      ).value,
  };
};
