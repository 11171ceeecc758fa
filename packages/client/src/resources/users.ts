import { Address, AddressList, type WriteAddress } from "@pos/contracts/addresses";
import {
  type ChangePassword,
  type CreateUser,
  type UpdateUser,
  User,
  UserList,
  type UserListQuery,
  UserLookupResult,
  type UserRole,
  type UserStatus,
} from "@pos/contracts/users";
import { allPages } from "../pages.ts";
import { pathTo } from "../path.ts";
import type { CallOptions, Transport } from "../transport.ts";

/** Calls under /users. */
export const usersClient = (http: Transport) => {
  const list = async (query: UserListQuery = {}, options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: "/users", query, answer: UserList, ...options })).value;
  return {
    list,
    /** Every user of a list, page by page. */
    all: (query: UserListQuery = {}) =>
      allPages(async (cursor) => {
        const { users, nextCursor } = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
        return { items: users, nextCursor };
      }),
    create: async (body: CreateUser, options: CallOptions = {}) =>
      (await http.call({ method: "POST", path: "/users", body, answer: User, ...options })).value,
    get: async (id: string, options: CallOptions = {}) =>
      (await http.call({ method: "GET", path: pathTo`/users/${id}`, answer: User, ...options })).value,
    update: async (id: string, body: UpdateUser, options: CallOptions = {}) =>
      (await http.call({ method: "PUT", path: pathTo`/users/${id}`, body, answer: User, ...options })).value,
    delete: async (id: string, options: CallOptions = {}) => {
      await http.call({ method: "DELETE", path: pathTo`/users/${id}`, answer: undefined, ...options });
    },
    changePassword: async (id: string, body: ChangePassword, options: CallOptions = {}) => {
      await http.call({ method: "PUT", path: pathTo`/users/${id}/password`, body, answer: undefined, ...options });
    },
    changeRole: async (id: string, role: UserRole, options: CallOptions = {}) =>
      (await http.call({ method: "PUT", path: pathTo`/users/${id}/role`, body: { role }, answer: User, ...options }))
        .value,
    /** Suspends or reactivates. A suspended user's access token goes on for at most 15 minutes. */
    changeStatus: async (id: string, status: UserStatus, options: CallOptions = {}) =>
      (
        await http.call({
          method: "PUT",
          path: pathTo`/users/${id}/status`,
          body: { status },
          answer: User,
          ...options,
        })
      ).value,
    /** Sends a mail with a token that verifies the user's address. */
    requestEmailVerification: async (id: string, currentPassword: string, options: CallOptions = {}) => {
      const path = pathTo`/users/${id}/email-verification`;
      await http.call({ method: "POST", path, body: { currentPassword }, answer: undefined, ...options });
    },
    addresses: addressesClient(http),
    lookup: async (ids: string[], options: CallOptions = {}) =>
      (await http.call({ method: "POST", path: "/users/lookup", body: { ids }, answer: UserLookupResult, ...options }))
        .value,
  };
};

const addressesClient = (http: Transport) => ({
  list: async (userId: string, options: CallOptions = {}) =>
    (await http.call({ method: "GET", path: pathTo`/users/${userId}/addresses`, answer: AddressList, ...options }))
      .value.addresses,
  create: async (userId: string, body: WriteAddress, options: CallOptions = {}) =>
    (await http.call({ method: "POST", path: pathTo`/users/${userId}/addresses`, body, answer: Address, ...options }))
      .value,
  /** Replaces the whole address. */
  update: async (userId: string, id: string, body: WriteAddress, options: CallOptions = {}) =>
    (
      await http.call({
        method: "PUT",
        path: pathTo`/users/${userId}/addresses/${id}`,
        body,
        answer: Address,
        ...options,
      })
    ).value,
  delete: async (userId: string, id: string, options: CallOptions = {}) => {
    await http.call({
      method: "DELETE",
      path: pathTo`/users/${userId}/addresses/${id}`,
      answer: undefined,
      ...options,
    });
  },
});
