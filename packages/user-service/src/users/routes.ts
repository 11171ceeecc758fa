import { errors } from "@pos/contracts/errors";
import { NoBody } from "@pos/contracts/primitives";
import {
  ChangeRole,
  ChangeUserStatus,
  CreateUser,
  UpdateUser,
  User,
  UserList,
  UserListQuery,
  UserLookup,
  UserLookupResult,
  UserParams,
} from "@pos/contracts/users";
import { access } from "@pos/service-kit/access";
import type { TokenVerifier } from "@pos/service-kit/token-verifier";
import { Elysia } from "elysia";
import { clientAddress } from "../throttle/client-address.ts";
import type { UserService } from "./service.ts";

interface UserRouteTools {
  readonly users: UserService;
  readonly verifier: TokenVerifier;
  readonly trustedProxyHops: number;
}

/** Routes under /users, save passwords and addresses. */
export const userRoutes = ({ users, verifier, trustedProxyHops }: UserRouteTools) =>
  new Elysia({ prefix: "/users", normalize: false, tags: ["users"] })
    .use(access(verifier))
    .post(
      "",
      async ({ body, request, server, status, set }) => {
        const user = await users.create(body, clientAddress(request, server, trustedProxyHops));
        set.headers["location"] = `/users/${user.id}`;
        return status(201, user);
      },
      {
        access: "anyone",
        body: CreateUser,
        detail: { summary: "Registers a customer", operationId: "createUser" },
        response: { 201: User, ...errors(400, 413, 415, 500, 503) },
      },
    )
    .get("", ({ query }) => users.list(query), {
      access: ["admin"],
      query: UserListQuery,
      detail: { summary: "Lists or searches users, newest first", operationId: "listUsers" },
      response: { 200: UserList, ...errors(400, 401, 403, 500, 503) },
    })
    .post("/lookup", ({ body }) => users.lookUp(body.ids), {
      access: ["service"],
      body: UserLookup,
      detail: { summary: "Looks up which of up to 200 users exist and are active", operationId: "lookUpUsers" },
      response: { 200: UserLookupResult, ...errors(400, 401, 403, 413, 415, 500, 503) },
    })
    .get("/:id", ({ params }) => users.get(params.id), {
      access: ["self", "admin", "service"],
      params: UserParams,
      detail: { summary: "Reads a user", operationId: "getUser" },
      response: { 200: User, ...errors(400, 401, 403, 404, 500, 503) },
    })
    .put(
      "/:id",
      ({ identity, params, body, request, server }) =>
        users.update({ ...identity, address: clientAddress(request, server, trustedProxyHops) }, params.id, body),
      {
        access: ["self", "admin"],
        params: UserParams,
        body: UpdateUser,
        detail: { summary: "Changes the e-mail address or the name", operationId: "updateUser" },
        response: { 200: User, ...errors(400, 401, 403, 404, 413, 415, 500, 503) },
      },
    )
    .delete(
      "/:id",
      async ({ identity, params, set }) => {
        await users.delete(identity, params.id);
        set.status = 204;
      },
      {
        access: ["self", "admin"],
        params: UserParams,
        detail: { summary: "Deletes a user: the id stays, the data is erased", operationId: "deleteUser" },
        response: { 204: NoBody("Deleted"), ...errors(400, 401, 403, 404, 409, 500, 503) },
      },
    )
    .put("/:id/role", ({ identity, params, body }) => users.changeRole(identity, params.id, body.role), {
      access: ["admin"],
      params: UserParams,
      body: ChangeRole,
      detail: { summary: "Sets a user's role", operationId: "changeUserRole" },
      response: { 200: User, ...errors(400, 401, 403, 404, 409, 413, 415, 500, 503) },
    })
    .put("/:id/status", ({ identity, params, body }) => users.changeStatus(identity, params.id, body.status), {
      access: ["admin"],
      params: UserParams,
      body: ChangeUserStatus,
      detail: { summary: "Suspends or reactivates a user", operationId: "changeUserStatus" },
      response: { 200: User, ...errors(400, 401, 403, 404, 409, 413, 415, 500, 503) },
    });
