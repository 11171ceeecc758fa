/** Default issuer of access tokens; JWT_ISSUER overrides it. */
export const TOKEN_ISSUER = "product-order-system";
/** Audience of access tokens. */
export const TOKEN_AUDIENCE = "product-order-system";
/** Life of an access token, in seconds. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;
/** Life of a refresh token, in seconds: 30 days from its issue. */
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 60 * 60;
