/** Default issuer and audience of access tokens; JWT_ISSUER overrides the issuer. */
export const TOKEN_ISSUER = "product-order-system";
export const TOKEN_AUDIENCE = "product-order-system";
/** Life of an access token, in seconds. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;
/** Life of a refresh token, in seconds: 30 days from its issue. */
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 60 * 60;
