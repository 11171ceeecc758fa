import { expect, test } from "bun:test";
import { exposedNames, metricNames } from "./metric-names.ts";

test.each([
  ["sum by (job) (rate(a_total[5m])) / sum by (job) (rate(b_count[5m]))", ["a_total", "b_count"]],
  ['histogram_quantile(0.95, sum by (le) (rate(c_bucket{route=~"/x|/y",le="0.3"}[5m])))', ["c_bucket"]],
  [
    "job:errors:ratio_rate1h > 14.4 * 0.001\nand\njob:errors:ratio_rate5m > 1e3",
    ["job:errors:ratio_rate1h", "job:errors:ratio_rate5m"],
  ],
  ["time() - started_seconds", ["started_seconds"]],
  ["absent(d)", ["d"]],
  ["max(e) > 0 unless on (job) f", ["e", "f"]],
])("reads the names of %s", (expression, names) => {
  expect(metricNames(expression)).toEqual(names);
});

test("reads the names of an answer", () => {
  expect([...exposedNames('# HELP a b\na{x="b_c 1"} 1\nd_sum 2\n')]).toEqual(["a", "d_sum"]);
});
