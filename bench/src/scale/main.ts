import { orUsage } from "@pos/command-options";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BENCH } from "../paths.ts";
import { positive, runProgram, say } from "../program.ts";
import { scaleReport } from "./report.ts";
import { scale } from "./scale.ts";

const USAGE = `Usage: bun run bench:scale [--products 1000000] [--orders 2000000] [--seconds 5] [--out bench/SCALE.md]

  How the cost of a request grows with the data, the connections and the replicas. About 10 minutes.`;

const DOCUMENTS_MAX = 1e8;

const { many, seconds, out } = orUsage(USAGE, readOptions);
await runProgram(async () => {
  const found = await scale(
    { few: { products: 1000, orders: 1000 }, many, connections: [1, 32, 256, 1024], seconds },
    say,
  );
  const machine = `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? "an unknown processor"}, Bun ${Bun.version}`;
  const text = scaleReport(found, machine);
  process.stdout.write(text);
  await Bun.write(out, text);
});

/** @throws {Error} with a sentence for people */
function readOptions() {
  const { values } = parseArgs({
    options: {
      products: { type: "string", default: "1000000" },
      orders: { type: "string", default: "2000000" },
      seconds: { type: "string", default: "5" },
      out: { type: "string", default: join(BENCH, "SCALE.md") },
    },
  });
  return {
    many: {
      products: positive(values.products, "products", DOCUMENTS_MAX),
      orders: positive(values.orders, "orders", DOCUMENTS_MAX),
    },
    seconds: positive(values.seconds, "seconds"),
    out: values.out,
  };
}
