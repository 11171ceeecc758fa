import type { Variant } from "./variant.ts";
import { blindCommit } from "./variants/blind-commit.ts";
import { earlyAcknowledgement } from "./variants/early-acknowledgement.ts";
import { earlyConfirm } from "./variants/early-confirm.ts";
import { earlyNextAttempt } from "./variants/early-next-attempt.ts";
import { earlyReplay } from "./variants/early-replay.ts";
import { foreignToken } from "./variants/foreign-token.ts";
import { forgetfulRelay } from "./variants/forgetful-relay.ts";
import { hastyRelay } from "./variants/hasty-relay.ts";
import { impatientFollower } from "./variants/impatient-follower.ts";
import { impatientNextAttempt } from "./variants/impatient-next-attempt.ts";
import { impatientRelay } from "./variants/impatient-relay.ts";
import { localRead } from "./variants/local-read.ts";
import { newIdAfterDuplicate } from "./variants/new-id-after-duplicate.ts";
import { newIdAfterError } from "./variants/new-id-after-error.ts";
import { purgedConfirmation } from "./variants/purged-confirmation.ts";
import { reaperWithoutTombstone } from "./variants/reaper-without-tombstone.ts";
import { releaseAfterError } from "./variants/release-after-error.ts";
import { repeatedRelease } from "./variants/repeated-release.ts";
import { revivedRelease } from "./variants/revived-release.ts";
import { silentCancellation } from "./variants/silent-cancellation.ts";
import { unacknowledgedTombstone } from "./variants/unacknowledged-tombstone.ts";
import { unguardedStatus } from "./variants/unguarded-status.ts";
import { unknownAsRefused } from "./variants/unknown-as-refused.ts";
import { userErrorAsApproval } from "./variants/user-error-as-approval.ts";
import { userErrorAsRefusal } from "./variants/user-error-as-refusal.ts";

/** Every way to get the protocol wrong that the simulator must see. */
export const variants: readonly Variant[] = [
  blindCommit,
  earlyAcknowledgement,
  earlyConfirm,
  earlyNextAttempt,
  earlyReplay,
  foreignToken,
  forgetfulRelay,
  hastyRelay,
  impatientFollower,
  impatientNextAttempt,
  impatientRelay,
  localRead,
  newIdAfterDuplicate,
  newIdAfterError,
  purgedConfirmation,
  reaperWithoutTombstone,
  releaseAfterError,
  repeatedRelease,
  revivedRelease,
  silentCancellation,
  unacknowledgedTombstone,
  unguardedStatus,
  unknownAsRefused,
  userErrorAsApproval,
  userErrorAsRefusal,
];
