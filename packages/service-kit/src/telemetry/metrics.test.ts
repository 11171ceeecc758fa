import { expect, test } from "bun:test";
import { Metrics } from "./metrics.ts";

test("a request by a method that nobody knows is counted as other, beside one that is known", () => {
  const metrics = new Metrics({ service: "kit", version: "0" });
  for (const method of ["GET", "BREW", "BREW"])
    metrics.observeRequest({ method, route: "/things", status: 200, durationSeconds: 0.001 });
  const counts = metrics.read().match(/^http_server_request_duration_seconds_count.*$/gm);
  expect(counts).toEqual([
    'http_server_request_duration_seconds_count{method="GET",route="/things",status="200"} 1',
    'http_server_request_duration_seconds_count{method="other",route="other",status="other"} 2',
  ]);
});
