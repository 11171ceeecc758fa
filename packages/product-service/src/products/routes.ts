import { errors } from "@pos/contracts/errors";
import { NoBody } from "@pos/contracts/primitives";
import {
  CreateProduct,
  Product,
  ProductList,
  ProductListQuery,
  ProductParams,
  StockAdjustment,
  UpdateProduct,
} from "@pos/contracts/products";
import { access } from "@pos/service-kit/access";
import {
  etagOf,
  idempotencyKey,
  ifMatch,
  readIdempotencyKey,
  readIfMatch,
  versioned,
} from "@pos/service-kit/preconditions";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { ProductService } from "./service.ts";

/** The catalogue: open to read, for administrators to change. */
export const productRoutes = (products: ProductService, verifier: TokenVerifier) =>
  new Elysia({ normalize: false, prefix: "/products", tags: ["products"] })
    .use(access(verifier))
    .get("", ({ query }) => products.list(query), {
      access: "anyone",
      query: ProductListQuery,
      detail: { summary: "Lists products, newest first", operationId: "listProducts" },
      response: { 200: ProductList, ...errors(400, 500, 503) },
    })
    .get(
      "/:id",
      async ({ params, set }) => {
        const { product, version } = await products.get(params.id.toLowerCase());
        set.headers["etag"] = etagOf(version);
        return product;
      },
      {
        access: "anyone",
        params: ProductParams,
        detail: { summary: "Reads a product", operationId: "getProduct" },
        response: { 200: versioned(Product), ...errors(400, 404, 500, 503) },
      },
    )
    .post(
      "",
      async ({ body, set, status }) => {
        const { product, version } = await products.create(body);
        set.headers["etag"] = etagOf(version);
        set.headers["location"] = `/products/${product.id}`;
        return status(201, product);
      },
      {
        access: ["admin"],
        body: CreateProduct,
        detail: { summary: "Adds a product", operationId: "createProduct" },
        response: { 201: versioned(Product), ...errors(400, 401, 403, 413, 415, 500, 503) },
      },
    )
    .put(
      "/:id",
      async ({ params, body, headers, set }) => {
        const versions = readIfMatch(headers["if-match"]);
        const { product, version } = await products.update(params.id.toLowerCase(), body, versions);
        set.headers["etag"] = etagOf(version);
        return product;
      },
      {
        access: ["admin"],
        params: ProductParams,
        headers: ifMatch("product"),
        body: UpdateProduct,
        detail: {
          summary: "Changes a product; stock, if given, replaces the current value",
          operationId: "updateProduct",
        },
        response: { 200: versioned(Product), ...errors(400, 401, 403, 404, 412, 413, 415, 500, 503) },
      },
    )
    .delete(
      "/:id",
      async ({ params, headers, set }) => {
        await products.delete(params.id.toLowerCase(), readIfMatch(headers["if-match"]));
        set.status = 204;
      },
      {
        access: ["admin"],
        params: ProductParams,
        headers: ifMatch("product"),
        detail: { summary: "Removes a product from the catalogue", operationId: "deleteProduct" },
        response: { 204: NoBody("Deleted"), ...errors(400, 401, 403, 404, 412, 500, 503) },
      },
    )
    .post(
      "/:id/stock-adjustments",
      async ({ params, body, headers, identity, set }) => {
        const request = { by: identity.subject, key: readIdempotencyKey(headers["idempotency-key"]) };
        const { product, version, isReplay } = await products.adjustStock(params.id.toLowerCase(), body, request);
        set.headers["etag"] = etagOf(version);
        if (isReplay) set.headers["idempotent-replayed"] = "true";
        return product;
      },
      {
        access: ["admin"],
        params: ProductParams,
        headers: idempotencyKey("adjust once"),
        body: StockAdjustment,
        detail: { summary: "Adds units to the stock, or removes them", operationId: "adjustStock" },
        response: { 200: versioned(Product), ...errors(400, 401, 403, 404, 409, 413, 415, 422, 500, 503) },
      },
    );
