const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const FACTORS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** The value of a Kubernetes quantity in its base unit (cores, bytes); `undefined` when it is none. */
export function parseQuantity(value: unknown): number | undefined {
  const match = QUANTITY.exec(typeof value === "number" ? String(value) : typeof value === "string" ? value : "");
  if (match === null) return undefined;
  const [, digits = "", suffix = ""] = match;
  if (/^[eE][+-]?\d/.test(suffix)) return Number(`${digits}${suffix}`);
  return Number(digits) * (FACTORS[suffix] ?? 1);
}

/** The unit of a quantity, as in `Mi`; empty for a bare number. */
export function quantitySuffix(value: unknown): string {
  return QUANTITY.exec(String(value))?.[2] ?? "";
}
