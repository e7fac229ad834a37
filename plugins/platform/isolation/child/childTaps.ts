// The handlers that a plugin supplied, and the calls of the host that reach them.
import type {
  DeliverHandler,
  DeliveryRequest,
  DestinationReceipt,
  Disposable,
  HookName,
  Hooks,
  PluginManifest,
  ScheduleHandler,
  SchedulePlan,
  SortHandler,
  TapCall,
  Tappable,
} from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import { planFrom, stateOf } from '@postroom/sdk/mail';
import type { Peer, Reply } from '../pipe/peer.js';
import type { DeliverCall, ScheduleCall, SortCall } from '../pipe/protocol.js';
import { childMail, readPart } from './childMail.js';

export class ChildTaps {
  readonly #handlers = new Map<string, unknown>();

  constructor(private readonly peer: Peer) {}

  /** The hooks of a context: taps that the manifest declares, and no others. */
  hooks(id: string, manifest: PluginManifest): Hooks {
    const tappable = (hook: HookName): Tappable<never> => ({ tap: (name, handler) => this.#tap(id, manifest, hook, name, handler) });
    return Object.freeze({
      onSchedule: tappable('onSchedule'),
      onLicenseCheck: tappable('onLicenseCheck'),
      onFetch: tappable('onFetch'),
      onSort: tappable('onSort'),
      onDeliver: tappable('onDeliver'),
    }) as Hooks;
  }

  async sort({ tap, plan, mail }: SortCall, header: Uint8Array, call: TapCall): Promise<Reply | undefined> {
    const handler = this.#find<SortHandler>('onSort', tap);
    const answer = await handler(planFrom(plan), childMail(mail, header, this.peer), call);
    return answer === undefined || answer === null ? undefined : { data: stateOf(answer) };
  }

  async deliver({ tap, mail, to, receipt }: DeliverCall, header: Uint8Array, call: TapCall): Promise<Reply | undefined> {
    const handler = this.#find<DeliverHandler>('onDeliver', tap);
    const { handle } = mail;
    const tell = async (method: string, data: object): Promise<void> => void (await this.peer.call(method, { handle, ...data }));
    const destinations: DeliveryRequest['to'] =
      to.kind === 'mailboxes'
        ? to
        : {
            ...to,
            content: () => readPart(handle, 'relay', this.peer),
            beforeEndOfData: (recipients) => tell('relay.endOfData', { recipients }),
            answered: (receipts) => tell('relay.answered', { receipts }),
          };
    const told = receipt === undefined ? {} : { receipt: receipt.map(withDate) };
    return { data: await handler({ mail: childMail(mail, header, this.peer), to: destinations, ...told }, call) };
  }

  async schedule(given: ScheduleCall, call: TapCall): Promise<Reply | undefined> {
    const handler = this.#find<ScheduleHandler>('onSchedule', given.tap);
    const plan = { rounds: given.rounds.map((round) => ({ ...round, at: new Date(round.at) })) } as SchedulePlan;
    const context = {
      now: new Date(given.now),
      outbox: given.outbox,
      lastRound: given.lastRound === undefined ? undefined : new Date(given.lastRound),
      timeZone: given.timeZone,
    };
    return { data: await handler(plan, context, call) };
  }

  #tap(id: string, manifest: PluginManifest, hook: HookName, name: string, handler: unknown): Disposable {
    if (manifest.contributes?.taps?.some((tap) => tap.hook === hook && tap.name === name) !== true) {
      throw new PostroomError('plugin/undeclared-tap', `${id} taps ${hook} as "${name}", which its manifest does not declare.`, {
        plugin: id,
      });
    }
    const key = `${hook} ${name}`;
    this.#handlers.set(key, handler);
    this.peer.note('tap.add', { hook, name });
    return {
      dispose: () => {
        if (this.#handlers.get(key) === handler) {
          this.#handlers.delete(key);
          this.peer.note('tap.remove', { hook, name });
        }
      },
    };
  }

  #find<Handler>(hook: HookName, name: string): Handler {
    const handler = this.#handlers.get(`${hook} ${name}`);
    if (handler === undefined) {
      throw new Error(`the handler of ${hook} "${name}" was taken away`);
    }
    return handler as Handler;
  }
}

/** JSON has no dates. */
function withDate(receipt: DestinationReceipt): DestinationReceipt {
  return receipt.retryAfter === undefined ? receipt : { ...receipt, retryAfter: new Date(receipt.retryAfter) };
}
