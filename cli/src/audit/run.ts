import type { Client } from "@pos/client";
import type { AuditProduct } from "@pos/contracts/audit";
import type { Io } from "../io.ts";
import { byRule, type Finding, type Invariant, keyOf } from "./finding.ts";
import { count } from "../output/text.ts";
import { HELD_MAX_MS, judgeForm, judgePair, judgeProduct } from "./judge.ts";
import { KeyCheck } from "./keys.ts";
import { type Read, readPair, readPairs, readProducts } from "./read.ts";

/** What an audit looked at and found. */
export interface AuditReport {
  readonly products: number;
  readonly orders: number;
  readonly reservations: number;
  /** How many contradictions the first look showed, by invariant: most are work under way. */
  readonly candidates: Readonly<Partial<Record<Invariant, number>>>;
  /** What was still so when it was read again. */
  readonly findings: readonly Finding[];
  /** Whether there were more candidates than are kept; the first ones were read again. */
  readonly isCut: boolean;
}

/** How an audit is run. */
export interface AuditOptions {
  readonly io: Pick<Io, "sleep">;
  /** Before a candidate is read again, in milliseconds; 10,000 where nothing else is wanted. */
  readonly settleMs: number;
  /** How long a reservation may be held, in milliseconds. */
  readonly heldMaxMs?: number;
  readonly tell: (text: string) => void;
}

/** Candidates kept in memory. */
const CANDIDATES_MAX = 10_000;
const KEYS_MAX = 500_000;
const READ_AGAIN_AT_ONCE = 8;

/**
 * Decides I1 and I3 to I9 on a running stack, and names what is not as its service writes it. Memory does not grow with
 * the number of orders.
 */
export async function runAudit(client: Client, options: AuditOptions): Promise<AuditReport> {
  const first = await lookOnce(client, options);
  const { kept, ...counts } = first;
  if (kept.length === 0) return { ...counts, findings: [] };
  options.tell(`${kept.length} to be read again in ${options.settleMs / 1000} s …`);
  await options.io.sleep(options.settleMs);
  const settled = await lookAgain(client, kept);
  const held = settled.filter(({ finding }) => finding.invariant === "I7");
  const findings = settled.filter(({ finding }) => finding.invariant !== "I7").map(({ finding }) => finding);
  return { ...counts, findings: [...findings, ...(await waitForHeld(client, held, options))].sort(byRule) };
}

interface Candidate {
  readonly id: string;
  readonly finding: Finding;
  /** Of a held reservation, in milliseconds. */
  readonly ageMs: number;
}

async function lookOnce(client: Client, { tell }: AuditOptions) {
  const kept: Candidate[] = [];
  const candidates: Partial<Record<Invariant, number>> = {};
  let isCut = false;
  const keep = (id: string, findings: readonly Finding[], ageMs = 0) => {
    for (const finding of findings) {
      candidates[finding.invariant] = (candidates[finding.invariant] ?? 0) + 1;
      if (kept.length < CANDIDATES_MAX) kept.push({ id, finding, ageMs });
      else isCut = true;
    }
  };
  let products = 0;
  for await (const product of readProducts(client)) {
    products++;
    keep(product.id, judgeRead(product));
  }
  tell(`${products} products read`);
  const keys = new KeyCheck({ bucket: 0, bucketCount: 1, keysMax: KEYS_MAX });
  let orders = 0;
  let reservations = 0;
  for await (const pair of readPairs(client)) {
    if (pair.reservation !== undefined) reservations++;
    if (pair.order !== undefined) {
      orders++;
      keep(pair.id, keys.add(pair.order));
    }
    keep(pair.id, judgePair(pair), pair.reservation?.ageMs);
  }
  tell(`${orders} orders and ${reservations} reservations read`);
  if (keys.isFull) for (const [id, findings] of await checkKeysInBuckets(client, orders)) keep(id, findings);
  return { products, orders, reservations, candidates, kept, isCut };
}

const judgeRead = ({ whole, broken }: Read<AuditProduct>): readonly Finding[] =>
  whole === undefined ? [judgeForm("product", broken)] : judgeProduct(whole);

async function checkKeysInBuckets(
  client: Client,
  orders: number,
): Promise<readonly (readonly [string, readonly Finding[]])[]> {
  // Hashes spread evenly, so a bucket of half the room on average does not overflow.
  const bucketCount = Math.ceil((orders / KEYS_MAX) * 2);
  const found: (readonly [string, readonly Finding[]])[] = [];
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const keys = new KeyCheck({ bucket, bucketCount, keysMax: KEYS_MAX });
    for await (const { id, order } of readPairs(client)) {
      const findings = order === undefined ? [] : keys.add(order);
      if (findings.length > 0) found.push([id, findings]);
    }
  }
  return found;
}

/** Nothing under way undoes these: two orders of one key, a document that is not as its service writes it. */
const isForGood = ({ finding }: Candidate): boolean => finding.invariant === "I3" || finding.invariant === "form";

/** Which candidates are still so. */
async function lookAgain(client: Client, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
  const persisting: Candidate[] = candidates.filter(isForGood);
  persisting.push(...(await productsAgain(client, candidates)));
  const wanted = candidates.filter((candidate) => !isForGood(candidate) && candidate.finding.invariant !== "I1");
  const byId = new Map(wanted.map(({ id }) => [id, new Set<string>()]));
  for (const { id, finding } of wanted) byId.get(id)?.add(keyOf(finding));
  const ids = [...byId.keys()];
  const worker = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      const pair = await readPair(client, id);
      for (const finding of judgePair(pair)) {
        if (byId.get(id)?.has(keyOf(finding)) !== true) continue;
        persisting.push({ id, finding, ageMs: pair.reservation?.ageMs ?? 0 });
      }
    }
  };
  await Promise.all(Array.from({ length: READ_AGAIN_AT_ONCE }, worker));
  return persisting;
}

async function productsAgain(client: Client, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
  const wanted = new Set(
    candidates.filter(({ finding }) => finding.invariant === "I1").map(({ finding }) => keyOf(finding)),
  );
  if (wanted.size === 0) return [];
  const persisting: Candidate[] = [];
  for await (const product of readProducts(client)) {
    for (const finding of judgeRead(product)) {
      if (wanted.has(keyOf(finding))) persisting.push({ id: product.id, finding, ageMs: 0 });
    }
  }
  return persisting;
}

/** A reservation that is still held gets the rest of its time. */
async function waitForHeld(
  client: Client,
  held: readonly Candidate[],
  { io, tell, heldMaxMs = HELD_MAX_MS }: AuditOptions,
): Promise<readonly Finding[]> {
  if (held.length === 0) return [];
  const youngestMs = Math.min(...held.map(({ ageMs }) => ageMs));
  const waitMs = Math.max(0, heldMaxMs - youngestMs);
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    tell(`still held: ${count(held.length, "reservation")}; waiting ${seconds} s for their time to be up …`);
    await io.sleep(waitMs);
  }
  return (await lookAgain(client, held)).map(({ finding }) => finding);
}
