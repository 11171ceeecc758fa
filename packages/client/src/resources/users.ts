import {
  type ChangePassword,
  type CreateUser,
  type UpdateUser,
  User,
  UserList,
  type UserListQuery,
  UserLookupResult,
  type UserRole,
} from "@pos/contracts/users";
import { allPages } from "../pages.ts";
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
      (await http.call({ method: "GET", path: `/users/${id}`, answer: User, ...options })).value,
    update: async (id: string, body: UpdateUser, options: CallOptions = {}) =>
      (await http.call({ method: "PUT", path: `/users/${id}`, body, answer: User, ...options })).value,
    delete: async (id: string, options: CallOptions = {}) => {
      await http.call({ method: "DELETE", path: `/users/${id}`, answer: undefined, ...options });
    },
    changePassword: async (id: string, body: ChangePassword, options: CallOptions = {}) => {
      await http.call({ method: "PUT", path: `/users/${id}/password`, body, answer: undefined, ...options });
    },
    changeRole: async (id: string, role: UserRole, options: CallOptions = {}) =>
      (await http.call({ method: "PUT", path: `/users/${id}/role`, body: { role }, answer: User, ...options })).value,
    lookup: async (ids: string[], options: CallOptions = {}) =>
      (await http.call({ method: "POST", path: "/users/lookup", body: { ids }, answer: UserLookupResult, ...options }))
        .value,
  };
};
