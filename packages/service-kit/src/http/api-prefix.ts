/** Path under which every route is served too. */
export const API_PREFIX = "/api/v1";
