// The onDeliver tap `relay`: hands one message to the account's ISP and says for each recipient what came of it.
import type {
  DeliveryReceipt,
  DeliveryRequest,
  DestinationReceipt,
  Logger,
  RelayDestinations,
  Secrets,
  Settings,
  TapCall,
} from '@postroom/sdk';
import { withoutSecrets } from '@postroom/sdk';
import type { SentMessageInfo } from 'nodemailer/lib/smtp-connection';
import { planTransactions, type Transaction } from './envelopes.js';
import type { IspSession } from './ispSession.js';
import { type IspServer, ispServerOf } from './ispSettings.js';
import { judge, judgeSilence, judgeSuccess, type RelayFailure, type Verdict } from './replies.js';
import type { SessionKeeper } from './sessionKeeper.js';
import { secretsOf } from './transcript.js';

export interface RelayServices {
  readonly settings: Settings;
  readonly secrets: Secrets;
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
      server = await ispServerOf(to.account, this.services.settings, this.services.secrets);
      const first = await this.#attempt(to, server, signal);
      // The ISP had closed a kept session before it heard of the message: nothing was sent, a new one may try.
      const attempt = first.isStale ? await this.#attempt(to, server, signal) : first;
      return attempt.receipts;
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

  async #attempt(to: RelayDestinations, server: IspServer, signal: AbortSignal): Promise<Attempt> {
    const { session, isKept } = await this.sessions.take(to.account.id, server, signal);
    const attempt = new Attempt(to, server, session, isKept, signal);
    try {
      await attempt.run();
    } catch (error) {
      session.close();
      throw error;
    }
    if (attempt.hasLostPipeline) this.sessions.doubtPipelining(server);
    this.sessions.keep(to.account.id, server, session);
    return attempt;
  }
}

/** One message on one session. */
class Attempt {
  readonly #receipts: DestinationReceipt[] = [];
  /** True where a kept session broke before the ISP answered anything. */
  isStale = false;
  /** True where commands that were sent together did not all get the answer that belongs to them. */
  hasLostPipeline = false;

  constructor(
    private readonly to: RelayDestinations,
    private readonly server: IspServer,
    private readonly session: IspSession,
    private readonly isKept: boolean,
    private readonly signal: AbortSignal,
  ) {}

  get receipts(): DeliveryReceipt {
    return this.#receipts;
  }

  async run(): Promise<void> {
    const { extensions } = this.session;
    const has8Bit = extensions.names.has('8BITMIME') ? false : await has8BitOctets(this.to.content());
    const { transactions, refused } = planTransactions(this.to, extensions, has8Bit);
    this.#receipts.push(...refused);
    let broken: RelayFailure | undefined;
    for (const [place, transaction] of transactions.entries()) {
      // Of those before it is known what became of them, whatever becomes of this one.
      if (place > 0) await this.to.answered?.(this.#receipts);
      broken = broken ? this.#skip(transaction, broken) : await this.#transact(transaction);
    }
  }

  /** Answers the failure that ended the connection, if one did. */
  async #transact(transaction: Transaction): Promise<RelayFailure | undefined> {
    let allRead = false;
    const { to, session } = this;
    const watched = (async function* () {
      yield* to.content();
      // While the last octets are on their way. The library writes the final dot behind the end of what it reads.
      const accepted = session.accepted.flatMap((address) => transaction.recipients.get(address) ?? []);
      await to.beforeEndOfData?.(accepted.length > 0 ? accepted : [...transaction.recipients.values()]);
      allRead = true;
    })();
    try {
      const info = await this.session.send(this.#envelope(transaction), watched, this.signal);
      this.#record(transaction, judgeSuccess(info.response), info);
      return undefined;
    } catch (error) {
      const failure = error as RelayFailure & Partial<SentMessageInfo>;
      this.isStale = this.isKept && !this.session.isOpen && failure.response === undefined && !allRead && this.#receipts.length === 0;
      const isOutOfStep = failure.code === 'ETIMEDOUT' || failure.code === 'EPROTOCOL';
      this.hasLostPipeline ||= isOutOfStep && !allRead && this.session.pipelines;
      this.#record(transaction, allRead && !isRefusal(failure) ? judgeSilence(failure) : judge(failure), failure);
      if (failure.code === 'EMESSAGE' && !allRead) {
        // An answer in the middle of the text: what is still on its way must not be taken for commands.
        this.session.close();
      }
      return await this.#recover(failure);
    }
  }

  /** Clears the failed transaction away; answers `failure` where the session is of no more use. */
  async #recover(failure: RelayFailure): Promise<RelayFailure | undefined> {
    if (!this.session.isOpen) {
      return failure;
    }
    if (!isRefusal(failure)) {
      // Behind rubbish nobody knows where the ISP is: it may take what comes for the text.
      this.session.close();
      return failure;
    }
    try {
      await this.session.reset(this.signal);
      return undefined;
    } catch (error) {
      this.session.close();
      return error as RelayFailure;
    }
  }

  #envelope(transaction: Transaction): Parameters<IspSession['send']>[0] {
    const dsn = { ...this.to.dsn, ...transaction.dsn };
    return {
      from: transaction.from,
      to: [...transaction.recipients.keys()],
      size: this.to.size,
      use8BitMime: true,
      dsn: { ret: dsn.ret, envid: dsn.envid, notify: dsn.notify ? [...dsn.notify] : undefined, orcpt: dsn.orcpt },
    };
  }

  /** One receipt for each recipient: the verdict on the message, or on the recipient where that one was refused by itself. */
  #record(transaction: Transaction, verdict: Verdict, answers: Partial<Pick<SentMessageInfo, 'rejectedErrors'>>): void {
    const refusals = new Map((answers.rejectedErrors ?? []).map((error) => [error.recipient, error]));
    for (const [address, recipient] of transaction.recipients) {
      const refusal = refusals.get(address);
      this.#receipts.push(receiptFor(recipient, refusal ? judge(refusal) : verdict, this.server));
    }
  }

  #skip(transaction: Transaction, failure: RelayFailure): RelayFailure {
    const { message, code } = failure;
    this.#record(transaction, judge({ message, code: code === 'EENVELOPE' || code === 'EMESSAGE' ? 'ECONNECTION' : code }), {});
    return failure;
  }
}

/** Whether the ISP said no, as SMTP does. */
function isRefusal({ responseCode }: RelayFailure): boolean {
  return responseCode !== undefined && responseCode >= 400 && responseCode < 600;
}

function receiptFor(recipient: string, verdict: Verdict, server: IspServer | undefined): DestinationReceipt {
  if (server === undefined) return { recipient, ...verdict };
  return { recipient, ...verdict, text: withoutSecrets(verdict.text, secretsOf(server)), remote: server.host };
}

async function has8BitOctets(content: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const piece of content) {
    if (piece.some((octet) => octet > 0x7f)) {
      return true;
    }
  }
  return false;
}
