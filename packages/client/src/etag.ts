const etags = new WeakMap<object, string>();

/**
 * The ETag that came with the answer to a typed call. Sent as If-Match with a change, it makes the change fail with
 * PRECONDITION_FAILED if somebody else was faster.
 * @example
 * const product = await client.products.get(id);
 * await client.products.update(id, { price: product.price * 2 }, { headers: { "if-match": etagOf(product) } });
 * @param answer the object that the call returned, one product or one order; a copy of it has no ETag
 * @throws Error if there is none
 */
export function etagOf(answer: object): string {
  const etag = etags.get(answer);
  if (etag === undefined) throw new Error("this is not an answer that came with an ETag");
  return etag;
}

/** Keeps the ETag of an answer for as long as the answer exists. */
export function rememberEtag(answer: unknown, headers: Headers): void {
  const etag = headers.get("etag");
  if (etag !== null && typeof answer === "object" && answer !== null) etags.set(answer, etag);
}
