import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { startTestService, type TestService, unbalanced } from "../test/product-service.ts";
import { fillCatalogue, groupCommitted, measure, oneTransactionEach, type Rate } from "../test/reservation-rate.ts";

// Generous: no time decides a test, and a busy machine is slow.
setDefaultTimeout(120_000);

const isFull = process.env["FULL"] === "1";
const clients = 50;
const seconds = isFull ? 8 : 1;

let service: TestService;
let ids: readonly string[] = [];
beforeAll(async () => {
  service = await startTestService();
  ids = await fillCatalogue(service.database, 1000);
});
afterAll(() => service.stop());

const hot = () => ({ [ids[0] ?? ""]: 1 });
const threeOfThousand = () => {
  const units: Record<string, number> = {};
  while (Object.keys(units).length < 3) units[ids[1 + Math.floor(Math.random() * (ids.length - 1))] ?? ""] = 1;
  return units;
};

function report(what: string, rate: Rate): void {
  console.log(`${what}: ${rate.perSecond}/s, p50 ${rate.p50Ms} ms, p99 ${rate.p99Ms} ms`);
}

// A time decides nothing here but a collapse: the ratios that are asked for are 20 and 3 on an idle machine.
test.each([
  ["one hot product", hot, 20, 2],
  ["3 of 1,000 products", threeOfThousand, 3, 0.3],
] as const)(
  "the group commit outruns one transaction per request on %s, and the books balance",
  async (what, pick, asked, least) => {
    const grouped = await measure(groupCommitted(service.database), { clients, seconds, pick });
    const each = await measure(oneTransactionEach(service.database), { clients, seconds, pick });
    report(`${what}, group commit`, grouped);
    report(`${what}, one transaction each`, each);
    const ratio = grouped.perSecond / each.perSecond;
    console.log(`${what}: ratio ${ratio.toFixed(1)} (asked: ${asked})`);
    expect(ratio).toBeGreaterThan(isFull ? asked : least);
    expect(await unbalanced(service)).toEqual([]);
  },
);
