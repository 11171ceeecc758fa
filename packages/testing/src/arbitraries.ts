import fc from "fast-check";

/** Valid values of the contract's fields, for property tests. */

const text = (options: { minLength: number; maxLength: number }) =>
  fc.string({ unit: "grapheme", ...options }).filter((value) => {
    const codePoints = [...value].length;
    return (
      value.isWellFormed() &&
      !value.includes("\0") &&
      codePoints >= options.minLength &&
      codePoints <= options.maxLength
    );
  });

/** A valid address, made unique by a random prefix so that examples of one run do not meet. */
export const email = () =>
  fc.emailAddress({ size: "small" }).map((address) => `${crypto.randomUUID().slice(0, 13)}.${address}`.slice(-320));
/** 8 to 60 characters of any kind, but for the one name of JavaScript's that is a frequent password, too. */
export const password = () => text({ minLength: 8, maxLength: 60 }).filter((value) => value !== "prototype");
/** 1 to 200 characters of any kind; blank ones included. */
export const userName = () => text({ minLength: 1, maxLength: 200 });
/** 1 to 500 characters of any kind. */
export const productName = () => text({ minLength: 1, maxLength: 500 });
/** Up to 1,000 characters of any kind. */
export const description = () => text({ minLength: 0, maxLength: 1000 });
/** Any double above 0 and up to 1e12, and prices as people write them. */
export const price = () =>
  fc.oneof(
    fc.integer({ min: 1, max: 10_000_000 }).map((cents) => cents / 100),
    fc.double({ min: Number.MIN_VALUE, max: 1e12, noNaN: true }),
  );
/** Whole units from 0 to 1e9. */
export const stock = () => fc.integer({ min: 0, max: 1_000_000_000 });
/** Units of one order line. */
export const quantity = (max = 1_000_000) => fc.integer({ min: 1, max });
/** A well-formed id that names nothing. */
export const unknownId = () =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 24, maxLength: 24 });
/** A new user. */
export const newUser = () => fc.record({ email: email(), password: password(), name: userName() });
/** A new product. */
export const newProduct = () =>
  fc.record({ name: productName(), description: description(), price: price(), stock: stock() });
