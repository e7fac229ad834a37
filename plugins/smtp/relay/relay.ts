// The onDeliver tap `relay`: hands one message to the account's ISP and says for each recipient what came of it.
import type { DeliveryReceipt, DeliveryRequest, Logger, RelayDestinations, TapCall } from '@postroom/sdk';
import { withoutSecrets } from '@postroom/sdk';
import type { Events } from '@postroom/sdk/services';
import { Attempt } from './attempt.js';
import { type IspServer, type IspSettings, ispServerOf } from './ispSettings.js';
import { NullSender } from './nullSender.js';
import { receiptFor } from './receipt.js';
import { judge, type RelayFailure } from './replies.js';
import type { SessionKeeper } from './sessionKeeper.js';
import { secretsOf } from './transcript.js';

export interface RelayServices extends IspSettings {
  readonly events: Events;
  readonly log: Logger;
}

export class Relay {
  constructor(
    private readonly services: RelayServices,
    private readonly sessions: SessionKeeper,
  ) {}

  async deliver(request: DeliveryRequest, call: TapCall): Promise<DeliveryReceipt | undefined> {
    if (request.to.kind !== 'relay') {
      return undefined;
    }
    return await this.#send(request.to, call.signal);
  }

  async #send(to: RelayDestinations, signal: AbortSignal): Promise<DeliveryReceipt> {
    let server: IspServer | undefined;
    try {
      server = await ispServerOf(to.account, this.services);
      const sender = new NullSender(to, server, this.sessions.habits, this.services);
      const attempt = await Attempt.begin(to, server, this.sessions, sender, signal);
      return await attempt.run();
    } catch (error) {
      const failure = error as RelayFailure;
      this.services.log.warn('Mail could not be handed to the ISP.', {
        account: to.account.id,
        server: server?.host,
        reason: withoutSecrets(failure.message, server === undefined ? [] : secretsOf(server)),
      });
      return to.recipients.map(({ address }) => receiptFor(address, judge(failure), server));
    }
  }
}
