import { Address, AddressList, AddressParams, WriteAddress } from "@pos/contracts/addresses";
import { errors } from "@pos/contracts/errors";
import { NoBody } from "@pos/contracts/primitives";
import { UserParams } from "@pos/contracts/users";
import { access } from "@pos/service-kit/access";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import type { AddressService } from "./service.ts";

/** Routes under /users/:id/addresses: for the user alone. */
export const addressRoutes = (addresses: AddressService, verifier: TokenVerifier) =>
  new Elysia({ prefix: "/users/:id/addresses", normalize: false, tags: ["addresses"] })
    .use(access(verifier))
    .get("", ({ params }) => addresses.list(params.id), {
      access: ["self"],
      params: UserParams,
      detail: { summary: "Lists the addresses of a user", operationId: "listAddresses" },
      response: { 200: AddressList, ...errors(400, 401, 403, 404, 500, 503) },
    })
    .post(
      "",
      async ({ params, body, status, set }) => {
        const address = await addresses.create(params.id, body);
        set.headers["location"] = `/users/${params.id}/addresses/${address.id}`;
        return status(201, address);
      },
      {
        access: ["self"],
        params: UserParams,
        body: WriteAddress,
        detail: { summary: "Adds an address", operationId: "createAddress" },
        response: { 201: Address, ...errors(400, 401, 403, 404, 409, 413, 415, 500, 503) },
      },
    )
    .put("/:addressId", ({ params, body }) => addresses.replace(params.id, params.addressId, body), {
      access: ["self"],
      params: AddressParams,
      body: WriteAddress,
      detail: { summary: "Replaces an address", operationId: "updateAddress" },
      response: { 200: Address, ...errors(400, 401, 403, 404, 413, 415, 500, 503) },
    })
    .delete(
      "/:addressId",
      async ({ params, set }) => {
        await addresses.delete(params.id, params.addressId);
        set.status = 204;
      },
      {
        access: ["self"],
        params: AddressParams,
        detail: { summary: "Deletes an address", operationId: "deleteAddress" },
        response: { 204: NoBody("Deleted"), ...errors(400, 401, 403, 404, 500, 503) },
      },
    );
