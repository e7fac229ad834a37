// Mail that is here already, or is only shown to the server, on the way of all mail: for looking at it and for bringing it elsewhere.
import type { AccountView, MailboxRef, MailView } from '@postroom/sdk';
import { Clock, type Decision, type Resorting, ServerName, type Sorted, type StoredMessage } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { draft } from './draft.js';
import { MessageFlow } from './messageFlow.js';
import { copyParts } from './views/copyParts.js';
import type { ViewedAs } from './views/storedMail.js';
import { viewOfUnstoredMessage } from './views/unstoredMail.js';

export class StoredMailSorting implements Resorting {
  constructor(
    @inject(MessageFlow) private readonly flow: MessageFlow,
    @ServerName private readonly server: ServerName,
    @Clock private readonly clock: Clock,
  ) {}

  async viewOf(message: StoredMessage, as: ViewedAs = {}): Promise<MailView> {
    return (await this.flow.readAgain(message)).view({ rehearsal: true, ...as });
  }

  viewOfOctets(octets: Uint8Array): Promise<MailView> {
    return viewOfUnstoredMessage(octets, this.clock.now());
  }

  sort(account: AccountView, mail: MailView): Promise<Sorted> {
    return this.flow.sort(account, mail);
  }

  place(sorted: Sorted, mail: MailView): Promise<Decision> {
    return this.flow.place(sorted, mail);
  }

  async commit(message: StoredMessage, decision: Decision, recall: readonly MailboxRef[]): Promise<readonly MailboxRef[] | undefined> {
    const mail = await this.flow.readAgain(message);
    const parts = copyParts(mail, this.server.name, await mail.names());
    return this.flow.commitAgain(message, draft([decision], parts), recall);
  }
}
