// Binds the way of a message: each class is its own id. What plugins may ask for has the SDK's id as well.
import { FreeSpace, HeldMail, Notices, Resorting, Rounds, Schedule, Sending, Submissions } from '@postroom/sdk/services';
import type { Container } from 'inversify';
import { bindAlias, bindSelf } from '../base/bindings.js';
import { DeliverStep } from './deliver.js';
import { FetchStep } from './fetching/fetch.js';
import { WaitingNoticeStep } from './fetching/waitingNotice.js';
import { BlockedMail } from './held/blockedMail.js';
import { HeldMailStep } from './held/heldMail.js';
import { DiskSpace } from './intake/diskSpace.js';
import { FetchedMail } from './intake/fetchedMail.js';
import { IntakeLog } from './intake/intakeLog.js';
import { OwnMail } from './intake/ownMail.js';
import { SubmissionFlow } from './intake/submissionFlow.js';
import { UnsettledSubmissions } from './intake/unsettledSubmissions.js';
import { MessageFlow } from './messageFlow.js';
import { StoredMailSorting } from './resorting.js';
import { RoundRunner } from './rounds/round.js';
import { Scheduler } from './rounds/schedule.js';
import { BounceStep } from './sending/bounce.js';
import { RelayStep } from './sending/relay.js';
import { RelayRecords } from './sending/relayRecords.js';
import { Settling } from './settling.js';
import { SortStep } from './sort.js';

export function bindFlow(container: Container): void {
  for (const made of [
    ...[SortStep, DeliverStep, DiskSpace, IntakeLog, Settling, MessageFlow, FetchedMail, OwnMail, UnsettledSubmissions, SubmissionFlow],
    ...[HeldMailStep, BlockedMail],
    ...[FetchStep, WaitingNoticeStep, RelayStep, RelayRecords, BounceStep, RoundRunner, Scheduler, StoredMailSorting],
  ]) {
    bindSelf(container, made);
  }
  bindAlias(container, FreeSpace, DiskSpace);
  bindAlias(container, Notices, OwnMail);
  bindAlias(container, Submissions, SubmissionFlow);
  bindAlias(container, Rounds, RoundRunner);
  bindAlias(container, Schedule, Scheduler);
  bindAlias(container, Sending, RelayStep);
  bindAlias(container, HeldMail, HeldMailStep);
  bindAlias(container, Resorting, StoredMailSorting);
}
