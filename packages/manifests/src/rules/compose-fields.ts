import { type ComposeService, literalText } from "../model/compose.ts";
import { isRecord } from "../model/cursor.ts";
import { listed } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";
import { formFaults, misspeltFields } from "./compose-forms.ts";
import { composeServicesOf } from "./iterate.ts";

/** The fields of a service in the compose specification. A newer one passes unless it resembles one of them. */
const FIELDS = [
  "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs",
  "container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares",
  "cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt",
  "dns_search domainname driver_opts entrypoint env_file environment expose extends external_links",
  "extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links",
  "logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode",
  "networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged",
  "profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets",
  "security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits",
  "use_api_socket user userns_mode uts volumes volumes_from working_dir",
].flatMap((line) => line.split(" "));
const CONDITIONS = ["service_started", "service_healthy", "service_completed_successfully"];
const RESTARTS = /^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/;

export const composeField: Rule = {
  id: "compose-field",
  level: "error",
  title: "Services in compose.yaml have valid fields and values",
  why: "`compose up` rejects the file, or ignores the field.",
  wrong: "web: { enviroment: { LOG_LEVEL: debug }, restart: allways }",
  right: "web: { environment: { LOG_LEVEL: debug }, restart: always }",
  *check(set) {
    for (const service of composeServicesOf(set)) yield* faultsOf(service);
  },
};

function* faultsOf(service: ComposeService): Generator<Problem> {
  const { name, cursor } = service;
  yield* formFaults(service);
  yield* misspeltFields(cursor, FIELDS, "a service");
  for (const entry of cursor.items("environment")) {
    if (!isRecord(entry.value)) continue;
    const hint = "Use NAME=value in a list, or leave out the dashes.";
    yield { at: entry, sentence: `The environment of ${name} must not be a list of maps.`, hint };
  }
  const restart = cursor.get("restart");
  const policy = literalText(restart);
  if (policy !== undefined && !RESTARTS.test(policy)) {
    const hint = "Allowed: no, always, unless-stopped, on-failure or on-failure:NUMBER.";
    yield { at: restart, sentence: `restart of ${name} is "${policy}", which is not valid.`, hint };
  }
  for (const { name: other, cursor: dependency } of cursor.fields("depends_on")) {
    const at = dependency.get("condition");
    const condition = literalText(at);
    if (condition === undefined || CONDITIONS.includes(condition)) continue;
    const sentence = `${name} waits until ${other} is "${condition}", which is not a condition.`;
    yield { at, sentence, hint: `Allowed: ${listed(CONDITIONS)}.` };
  }
}
