/**
 * The exact decimal sum of price × quantity as the nearest double, by whole-number arithmetic alone: what a total is
 * compared with.
 */
export function exactTotal(lines: readonly { price: number; quantity: number }[]): number {
  const terms = lines.map(({ price, quantity }) => {
    const [mantissa = "0", exponent = "0"] = String(price).split("e");
    const [whole = "0", fraction = ""] = mantissa.split(".");
    return { digits: BigInt(whole + fraction) * BigInt(quantity), scale: fraction.length - Number(exponent) };
  });
  const scale = Math.max(0, ...terms.map((term) => term.scale));
  const sum = terms.reduce((total, term) => total + term.digits * 10n ** BigInt(scale - term.scale), 0n);
  return Number(`${sum}e-${scale}`);
}
