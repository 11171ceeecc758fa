import { describe, expect, test } from "bun:test";
import { checkManifests } from "../check.ts";
import { bundleOf } from "../input/bundles.ts";
import { SERVICES } from "../test/corpus.ts";
import { workload } from "../test/set.ts";

const found = (text: string, file: string): (readonly [string, string | undefined])[] =>
  checkManifests([bundleOf([{ file, text }])], { services: SERVICES })
    .findings.filter(({ rule }) => rule === "shutdown-window")
    .map(({ sentence, hint }) => [sentence, hint]);

describe("the time that a service of ours has to stop, on Kubernetes", () => {
  const pod = (pod: string, container = "", name = "user-service") =>
    found(workload(name, { pod, container }), "x.yaml");
  const drain = (value: string) => `env: [{ name: DRAIN_DELAY_MS, value: '${value}' }]`;
  const sentence = (needed: number, given: number) => [
    [
      `user-service may take ${needed} s to stop, but is killed after ${given} s.`,
      `Set terminationGracePeriodSeconds to at least ${needed}.`,
    ] as const,
  ];

  test("covers the drain delay, the preStop hook and what the service promises", () => {
    const grace = (seconds: number) => `terminationGracePeriodSeconds: ${seconds}`;
    expect(pod(grace(24))).toEqual(sentence(25, 24));
    expect(pod(grace(34), drain("9001"))).toEqual(sentence(35, 34));
    const hook = `lifecycle: { preStop: { sleep: { seconds: 5 } } }\n${drain("5000")}`;
    expect(pod(grace(34), hook)).toEqual(sentence(35, 34));
    expect([pod(grace(25)), pod(grace(30), drain("5000")), pod(grace(35), hook)]).toEqual([[], [], []]);
  });

  test("is 30 s unless the pod says otherwise", () => {
    expect([pod(""), pod("", drain("5000"))]).toEqual([[], []]);
    expect(pod("", drain("10000"))).toEqual(sentence(35, 30));
  });

  test("is not known of other programs, and where another program puts it in", () => {
    expect(pod("terminationGracePeriodSeconds: 1", "", "web")).toEqual([]);
    expect(pod("terminationGracePeriodSeconds: ${GRACE}")).toEqual([]);
    expect(pod("terminationGracePeriodSeconds: 25", drain("${DRAIN}"))).toEqual([]);
  });
});

describe("the time that a service of ours has to stop, in compose", () => {
  const service = (more: string, file = "compose.yaml", drainMs = "0") =>
    found(
      `services: { user-service: { image: user-service:1, ${more}environment: { DRAIN_DELAY_MS: '${drainMs}' } } }\n`,
      file,
    );
  const grace = (text: string, file?: string) => service(`stop_grace_period: ${text}, `, file);
  const sentence = (needed: number, given: number) => [
    [
      `user-service may take ${needed} s to stop, but is killed after ${given} s.`,
      `Set stop_grace_period to at least ${needed}s.`,
    ] as const,
  ];

  test("is read in every unit", () => {
    expect(grace("24.5s")).toEqual(sentence(25, 24.5));
    expect(grace("20000ms")).toEqual(sentence(25, 20));
    expect(grace("0s")).toEqual(sentence(25, 0));
    for (const enough of ["25s", "1m", "0.5m", "1m0.5s", "25000ms", "1h"]) expect(grace(enough)).toEqual([]);
  });

  test("is 10 s unless the service says otherwise, which is told when the service is to drain", () => {
    expect(service("")).toEqual([]);
    expect(service("", "compose.yaml", "5000")).toEqual(sentence(30, 10));
    expect(service("stop_grace_period: 30s, ", "compose.yaml", "5000")).toEqual([]);
  });

  test("is not known of a service that extends another one and says nothing", () => {
    const extending = "extends: { file: base.yaml, service: base }, ";
    expect(service(extending, "compose.yaml", "5000")).toEqual([]);
    expect(service(`${extending}stop_grace_period: 29s, `, "compose.yaml", "5000")).toEqual(sentence(30, 29));
  });

  test("may be short on one machine, and what a variable says is not known", () => {
    expect(grace("1s", "compose.override.yaml")).toEqual([]);
    expect(grace("1s", "compose.production.yaml")).toEqual(sentence(25, 1));
    expect([grace("'${GRACE:?}'"), grace("soon")]).toEqual([[], []]);
  });
});
