// The five hooks, in the order in which they fire: the map of the program.
import type {
  DeliverHandler,
  DeliveryReceipt,
  DeliveryRequest,
  FetchHandler,
  FetchReport,
  FetchRequest,
  LicenceHandler,
  LicenceQuery,
  LicenceVerdict,
  MailView,
  ScheduleContext,
  ScheduleHandler,
  SchedulePlan,
  SortHandler,
  SortPlan,
} from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';
import { AsyncSeriesBailHook, AsyncSeriesWaterfallHook, SyncBailHook } from 'tapable';
import type { HookCall } from '../hooking/hookCall.js';
import { HookPoint } from '../hooking/hookPoint.js';
import { replay } from '../mail/planReplay.js';
import { checkReceipt, checkReport, checkSchedule, checkSortPlan, checkVerdict, remarkOnReceipt } from './answers.js';
import { inDoubtThroughout } from './relayDoubt.js';

const MINUTE = 60_000;

/** Makes the hooks of one server. */
export function createHooks() {
  return Object.freeze({
    onSchedule: new HookPoint<ScheduleHandler, [SchedulePlan, ScheduleContext], SchedulePlan>(
      'onSchedule',
      () => new AsyncSeriesWaterfallHook<[SchedulePlan, ScheduleContext, HookCall], SchedulePlan>(['plan', 'now', 'call']),
      { timeoutMs: 1_000, onFailure: 'continue', check: checkSchedule },
    ),
    onLicenseCheck: new HookPoint<LicenceHandler, [LicenceQuery], LicenceVerdict>(
      'onLicenseCheck',
      () => new SyncBailHook<[LicenceQuery, HookCall], LicenceVerdict>(['query', 'call']) as never,
      // Shown only: were the plugin that may say no switched off, everything would be granted.
      { sync: true, timeoutMs: 0, onFailure: 'stop', failures: 'show', check: checkVerdict },
    ),
    onFetch: new HookPoint<FetchHandler, [FetchRequest], FetchReport>(
      'onFetch',
      () => new AsyncSeriesBailHook<[FetchRequest, HookCall], FetchReport>(['request', 'call']),
      { timeoutMs: 60 * MINUTE, onFailure: 'stop', check: checkReport },
    ),
    onSort: new HookPoint<SortHandler, [SortPlan, MailView], SortPlan>(
      'onSort',
      () => new AsyncSeriesWaterfallHook<[SortPlan, MailView, HookCall], SortPlan>(['plan', 'mail', 'call']),
      { timeoutMs: 1_000, onFailure: 'continue', check: checkSortPlan, replay, mailOf: (_plan: SortPlan, mail: MailView) => mail },
    ),
    onDeliver: new HookPoint<DeliverHandler, [DeliveryRequest], DeliveryReceipt>(
      'onDeliver',
      () => new AsyncSeriesBailHook<[DeliveryRequest, HookCall], DeliveryReceipt>(['request', 'call']),
      {
        timeoutMs: 15 * MINUTE,
        onFailure: 'stop',
        maySkip: true,
        observers: 'observe',
        outcomeTimeoutMs: 5_000,
        check: checkReceipt,
        remark: remarkOnReceipt,
        mailOf: ({ mail }: DeliveryRequest) => mail,
      },
      inDoubtThroughout,
    ),
  });
}

export type HostHooks = ReturnType<typeof createHooks>;
export const HostHooks = createServiceId<HostHooks>('HostHooks');
