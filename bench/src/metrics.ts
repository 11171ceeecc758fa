/** Samples of GET /metrics by name, those of all label values added up. */
export type Samples = ReadonlyMap<string, number>;

/** Reads the metrics of a service as an administrator. @throws Error when it does not give them */
export async function readMetrics(serviceUrl: string, adminToken: string): Promise<Samples> {
  const response = await fetch(`${serviceUrl}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${serviceUrl}/metrics answered ${response.status}`);
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^([a-zA-Z_:]\w*)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) samples.set(name, (samples.get(name) ?? 0) + Number(value));
  }
  return samples;
}

/** The mean of what a histogram took in between two readings; NaN when that was nothing. */
export function meanBetween(before: Samples, after: Samples, histogram: string): number {
  const grown = (suffix: string) => (after.get(histogram + suffix) ?? 0) - (before.get(histogram + suffix) ?? 0);
  return grown("_sum") / grown("_count");
}
