// Taps that live in another process, as the hooks see them: each sends its arguments over as plain data and checks what comes back.
import type { DeliverHandler, DeliveryRequest, PlannedRound, ScheduleHandler, SchedulePlan, SortHandler, TapCall } from '@postroom/sdk';
import { planFrom, readPlanState, stateOf } from '@postroom/sdk/mail';
import type { Reply } from '../pipe/peer.js';
import type { DeliverCall, IsolatedHook, ScheduleCall, SortCall } from '../pipe/protocol.js';
import { dateIn, listIn, recordOf, textIn } from '../pipe/shapes.js';
import type { TimedCall } from '../process/pluginProcess.js';
import type { MessageHandles } from './messageHandles.js';
import { MOST_ENTRIES, readReceipt } from './readReceipt.js';

export interface TapCallRequest extends TimedCall {
  readonly method: IsolatedHook;
}

/** Calls the plugin's process; waits where it has enough in hand or is just being started again. */
export type CallPlugin = (call: TapCallRequest) => Promise<Reply>;

/** A tap as its calls need it. */
export interface CalledTap {
  /** As the manifest names it. */
  readonly tap: string;
  /** `publisher.name/tap` */
  readonly name: string;
  /** Milliseconds for the handler. */
  readonly timeoutMs: number;
}

/** Reasons given earlier stay here: what comes back are the tap's own. */
export function sortTap({ tap, ...limits }: CalledTap, call: CallPlugin, desk: MessageHandles): SortHandler {
  return (plan, mail, { signal }: TapCall) => {
    const given = stateOf(plan);
    return desk.lend(mail, undefined, async (data, header) => {
      const lent = { ...given, notes: [], call: data.handle };
      const sent: SortCall = { tap, plan: lent, mail: data };
      const answer = (await call({ ...limits, method: 'onSort', data: sent, octets: header, signal })).data;
      if (answer === undefined || answer === null) {
        return undefined;
      }
      const state = readPlanState(answer, lent);
      return planFrom({ ...state, notes: [...given.notes, ...state.notes] });
    });
  };
}

export function deliverTap({ tap, ...limits }: CalledTap, call: CallPlugin, desk: MessageHandles): DeliverHandler {
  return ({ mail, to, receipt }: DeliveryRequest, { signal }: TapCall) =>
    desk.lend(mail, to.kind === 'relay' ? to : undefined, async (data, header) => {
      const sent: DeliverCall = { tap, mail: data, to: destinationsOf(to), ...(receipt !== undefined && { receipt }) };
      return readReceipt((await call({ ...limits, method: 'onDeliver', data: sent, octets: header, signal })).data, desk.plugin);
    });
}

export function scheduleTap({ tap, ...limits }: CalledTap, call: CallPlugin): ScheduleHandler {
  return async (plan, context, { signal }: TapCall) => {
    const sent: ScheduleCall = {
      tap,
      rounds: plan.rounds.map((round) => ({ ...round, at: round.at.toISOString() })),
      now: context.now.toISOString(),
      outbox: context.outbox,
      ...(context.lastRound !== undefined && { lastRound: context.lastRound.toISOString() }),
      timeZone: context.timeZone,
    };
    return readSchedule((await call({ ...limits, method: 'onSchedule', data: sent, octets: undefined, signal })).data);
  };
}

function destinationsOf(to: DeliveryRequest['to']): DeliverCall['to'] {
  if (to.kind === 'mailboxes') {
    return to;
  }
  const { kind, account, recipients, from, size, dsn } = to;
  return { kind, account, recipients, from, size, ...(dsn !== undefined && { dsn }) };
}

/** Throws a sentence where the answer is no plan. */
export function readSchedule(answer: unknown): SchedulePlan | undefined {
  if (answer === undefined || answer === null) {
    return undefined;
  }
  return {
    rounds: listIn(recordOf(answer), 'rounds', MOST_ENTRIES).map((entry): PlannedRound => {
      const data = recordOf(entry);
      const at = dateIn(data, 'at');
      const reason = textIn(data, 'reason');
      if (at === undefined || (reason !== 'timer' && reason !== 'outbox')) {
        throw new Error('a round has no time or no reason');
      }
      const accounts = data['accounts'] === 'all' ? 'all' : listIn(data, 'accounts', MOST_ENTRIES).map(String);
      return { at, accounts, reason, because: textIn(data, 'because', 500) };
    }),
  };
}
