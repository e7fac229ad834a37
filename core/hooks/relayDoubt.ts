// Mail to the outside is in doubt from the end of its data to the ISP's answer. A tap that announces the end of data knows when that begins; for
// any other it is the whole call, as the host cannot see when the other side has the message.
import {
  type DeliverHandler,
  type DeliveryReceipt,
  type DeliveryRequest,
  type RelayDestinations,
  sentenceOf,
  type TapDeclaration,
} from '@postroom/sdk';
import { stageOf } from '../hooking/order.js';

/** What the host knows of a relay call beside what taps see. */
export interface RelayDoubt {
  /** Durable when it resolves. Default: all recipients. */
  enter(recipients?: readonly string[]): Promise<void>;
  /** The tap that was called took nothing of it. */
  leave(): Promise<void>;
  /** A tap has announced the end of data, or said what became of a recipient: no other tap may send it in this try. */
  hasBegun(): boolean;
}

const doubts = new WeakMap<RelayDestinations, RelayDoubt>();

export function keepDoubt(to: RelayDestinations, doubt: RelayDoubt): void {
  doubts.set(to, doubt);
}

/** Stands around a handler of onDeliver. */
export function inDoubtThroughout(declaration: TapDeclaration, handler: DeliverHandler): DeliverHandler {
  if (stageOf(declaration) !== 'deliver') return (request, call) => handler(lookedAt(request), call);
  return (request, call) => {
    const { to } = request;
    if (to.kind !== 'relay') return handler(request, call);
    const doubt = doubts.get(to);
    return doubt === undefined ? handler(request, call) : handOn(declaration, to, doubt, () => handler(request, call));
  };
}

/** A tap that only looks on hands nothing over, and has nothing to report. */
function lookedAt(request: DeliveryRequest): DeliveryRequest {
  const { to } = request;
  if (to.kind !== 'relay') return request;
  const { kind, account, recipients, from, size, dsn } = to;
  return { ...request, to: { kind, account, recipients, from, size, content: () => to.content(), ...(dsn !== undefined && { dsn }) } };
}

async function handOn(
  { announcesEndOfData }: TapDeclaration,
  { recipients }: RelayDestinations,
  doubt: RelayDoubt,
  call: () => ReturnType<DeliverHandler>,
): Promise<DeliveryReceipt | undefined> {
  if (announcesEndOfData !== true) {
    try {
      await doubt.enter();
    } catch (error) {
      // Nothing was sent, and it is no fault of the plugin.
      const text = sentenceOf(error);
      return recipients.map(({ address }) => ({ recipient: address, outcome: 'deferred', status: '4.3.0', text }));
    }
  }
  const receipt = await call();
  if (receipt !== undefined) return receipt;
  // It passes the message on, and has sent of it: the next one would send that a second time.
  if (doubt.hasBegun()) return [];
  if (announcesEndOfData !== true) await doubt.leave();
  return undefined;
}
