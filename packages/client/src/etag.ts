const etags = new WeakMap<object, string>();

/**
 * The ETag that an answer of a typed call came with, for the If-Match of a change: it fails with PRECONDITION_FAILED
 * when somebody else was faster.
 * @example
 * const product = await client.products.get(id);
 * await client.products.update(id, { price: product.price * 2 }, { headers: { "if-match": etagOf(product) } });
 * @param answer the very object that the call gave: one product, or one order; a copy has none
 * @throws Error when it came without one
 */
export function etagOf(answer: object): string {
  const etag = etags.get(answer);
  if (etag === undefined) throw new Error("this is not an answer that came with an ETag");
  return etag;
}

/** Keeps the ETag of an answer for as long as there is the answer. */
export function rememberEtag(answer: unknown, headers: Headers): void {
  const etag = headers.get("etag");
  if (etag !== null && typeof answer === "object" && answer !== null) etags.set(answer, etag);
}
