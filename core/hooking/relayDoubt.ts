// Mail to the outside is in doubt from the end of its data to the ISP's answer. A tap that announces the end of data knows when that begins; for
// any other it is the whole call, as nobody here can see when the other side has the message.
import { type DeliverHandler, type RelayDestinations, sentenceOf, type TapDeclaration } from '@postroom/sdk';
import { stageOf } from './order.js';

/** What the host knows of a relay call beside what taps see. */
export interface RelayDoubt {
  /** Durable when it resolves. Default: all recipients. */
  enter(recipients?: readonly string[]): Promise<void>;
  /** The tap that was called took nothing of it. */
  leave(): Promise<void>;
}

const doubts = new WeakMap<RelayDestinations, RelayDoubt>();

export function keepDoubt(to: RelayDestinations, doubt: RelayDoubt): void {
  doubts.set(to, doubt);
}

/** Stands around a handler of onDeliver. */
export function inDoubtThroughout(declaration: TapDeclaration, handler: DeliverHandler): DeliverHandler {
  // Who only looks on hands nothing over.
  if (declaration.announcesEndOfData === true || stageOf(declaration) !== 'deliver') return handler;
  return async (request, call) => {
    const doubt = request.to.kind === 'relay' ? doubts.get(request.to) : undefined;
    if (doubt === undefined || request.to.kind !== 'relay') return handler(request, call);
    try {
      await doubt.enter();
    } catch (error) {
      // Nothing was sent, and it is no fault of the plugin.
      return request.to.recipients.map(({ address }) => ({
        recipient: address,
        outcome: 'deferred',
        status: '4.3.0',
        text: sentenceOf(error),
      }));
    }
    const receipt = await handler(request, call);
    if (receipt === undefined) await doubt.leave();
    return receipt;
  };
}
