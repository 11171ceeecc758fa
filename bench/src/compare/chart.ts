import { short } from "./report.ts";
import { type Result, spreadOf } from "./result.ts";
import type { Scenario } from "../scenarios.ts";
import { OURS } from "../stacks.ts";

const WIDTH = 820;
const LABEL_WIDTH = 150;
const VALUE_WIDTH = 150;
const BAR_HEIGHT = 16;
const BAR_STEP = 20;
const GROUP_GAP = 34;
const HEAD = 20;

/**
 * Requests a second as bars, a group for each scenario with its own scale. The colours follow the reader's colour
 * scheme, and each bar carries its name and number, so that nothing rests on colour alone.
 */
export function chart(result: Result): string {
  const groups = result.scenarios.map((scenario) => groupOf(result, scenario));
  const groupHeight = result.stacks.length * BAR_STEP + GROUP_GAP;
  const height = HEAD + groups.length * groupHeight;
  const body = groups.map((group, index) => draw(group, HEAD + index * groupHeight));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">Requests a second of each stack, by route; longer is better</title>`,
    `<style>`,
    `text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}`,
    `.head{font-weight:600;font-size:13px}.peer{fill:#8c959f}.own{fill:#0969da}.name{text-anchor:end}.strong{font-weight:600}`,
    `@media (prefers-color-scheme:dark){text{fill:#e6edf3}.peer{fill:#6e7681}.own{fill:#58a6ff}}`,
    `</style>`,
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
  return { title: `${title}, requests a second`, bars };
}

function draw({ title, bars }: Group, top: number): string {
  const most = Math.max(1, ...bars.map(({ perSecond }) => perSecond));
  const space = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const own = bars.find(({ name }) => name === OURS)?.perSecond ?? 0;
  const lines = bars.map(({ name, perSecond }, index) => {
    const y = top + 10 + index * BAR_STEP;
    const width = Math.max(1, (perSecond / most) * space);
    const isOwn = name === OURS;
    const strong = isOwn ? " strong" : "";
    const times = isOwn || own === 0 || perSecond === 0 ? "" : ` (1/${(own / perSecond).toFixed(1)})`;
    return [
      `<text class="name${strong}" x="${LABEL_WIDTH - 8}" y="${y + 12}">${name}</text>`,
      `<rect class="${isOwn ? "own" : "peer"}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
      `<text class="${strong.trim()}" x="${(LABEL_WIDTH + width + 6).toFixed(1)}" y="${y + 12}">${short(perSecond)}${times}</text>`,
    ].join("");
  });
  return [`<text class="head" x="0" y="${top}">${title}</text>`, ...lines].join("\n");
}
