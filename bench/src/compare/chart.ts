import { short } from "./report.ts";
import { type Result, spreadOf } from "./result.ts";
import type { Scenario } from "../scenarios.ts";
import { OURS } from "../stacks.ts";

const COLUMNS = 2;
const COLUMN_WIDTH = 400;
const COLUMN_GAP = 20;
const LABEL_WIDTH = 164;
const VALUE_WIDTH = 56;
const BAR_HEIGHT = 14;
const BAR_STEP = 18;
const GROUP_GAP = 36;
const HEAD = 44;
const WIDTH = COLUMNS * COLUMN_WIDTH + (COLUMNS - 1) * COLUMN_GAP;

/**
 * Requests per second as bars, in two columns, one group for each scenario with its own scale. The colours follow the
 * reader's colour scheme, and each bar carries its name and number, so that nothing rests on colour alone.
 */
export function chart(result: Result): string {
  const groups = result.scenarios.map((scenario) => groupOf(result, scenario));
  const groupHeight = result.stacks.length * BAR_STEP + GROUP_GAP;
  const rows = Math.ceil(groups.length / COLUMNS);
  const height = HEAD + rows * groupHeight - GROUP_GAP + 12;
  const body = groups.map((group, index) =>
    draw(group, {
      left: (index % COLUMNS) * (COLUMN_WIDTH + COLUMN_GAP),
      top: HEAD + Math.floor(index / COLUMNS) * groupHeight,
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">Requests per second of each stack, by route; longer is better</title>`,
    `<style>`,
    `text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}`,
    `.head,.strong{font-weight:600}.head{font-size:13px}.note{fill:#59636e}.name{text-anchor:end}.peer{fill:#8c959f}.own{fill:#0969da}`,
    `@media (prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}.peer{fill:#6e7681}.own{fill:#58a6ff}}`,
    `</style>`,
    `<text class="note" x="0" y="14">Requests per second at full load; longer is better. Each group has its own scale.</text>`,
    ...body,
    `</svg>`,
    ``,
  ].join("\n");
}

interface Bar {
  readonly name: string;
  readonly perSecond: number;
}
interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

function groupOf({ stacks }: Result, { name, title }: Scenario): Group {
  const bars = stacks.map((stack) => ({
    name: stack.name,
    perSecond: spreadOf(stack.turns[name], ({ full }) => full.perSecond)?.median ?? 0,
  }));
  return { title, bars };
}

function draw({ title, bars }: Group, { left, top }: { left: number; top: number }): string {
  const most = Math.max(1, ...bars.map(({ perSecond }) => perSecond));
  const space = COLUMN_WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const start = left + LABEL_WIDTH;
  const lines = bars.map(({ name, perSecond }, index) => {
    const y = top + 10 + index * BAR_STEP;
    const width = Math.max(1, (perSecond / most) * space);
    const isOwn = name === OURS;
    return [
      `<text class="name${isOwn ? " strong" : ""}" x="${start - 8}" y="${y + 11}">${name}</text>`,
      `<rect class="${isOwn ? "own" : "peer"}" x="${start}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
      `<text class="${isOwn ? "strong" : ""}" x="${(start + width + 6).toFixed(1)}" y="${y + 11}">${short(perSecond)}</text>`,
    ].join("");
  });
  return [
    `<text class="head" x="${left}" y="${top}">${title}<tspan class="note" font-weight="400" dx="8">${besideTheBest(bars)}</tspan></text>`,
    ...lines,
  ].join("\n");
}

/** How this product's rate compares with that of the fastest peer, such as `3.5 × go-native`. */
function besideTheBest(bars: readonly Bar[]): string {
  const own = bars.find(({ name }) => name === OURS)?.perSecond ?? 0;
  const best = bars.filter(({ name }) => name !== OURS).toSorted((a, b) => b.perSecond - a.perSecond)[0];
  return best === undefined || best.perSecond === 0 ? "" : `${(own / best.perSecond).toFixed(1)} × ${best.name}`;
}
