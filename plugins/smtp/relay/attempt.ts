// One message on its way to the ISP: as many transactions as its recipients need, and as many sessions as those need.
import type { DeliveryReceipt, DestinationReceipt, RelayDestinations } from '@postroom/sdk';
import { OutgoingText } from './eightBit/outgoingText.js';
import { type MailTransaction, planTransactions } from './envelopes.js';
import type { RefusedRecipient } from './ispConnection.js';
import type { IspSession } from './ispSession.js';
import type { IspServer } from './ispSettings.js';
import { asksForAnotherTransaction, speaksOfRecipients, speaksOfSession } from './limitWordings.js';
import type { NullSender } from './nullSender.js';
import { receiptFor } from './receipt.js';
import { MAX_RECIPIENTS, RecipientQueue, type TransactionLimits } from './recipientQueue.js';
import { isRefusal, judge, judgeBroken, judgeSilence, judgeSuccess, type RelayFailure, type Verdict } from './replies.js';
import type { SessionKeeper } from './sessionKeeper.js';

type TransactionFailure = RelayFailure & {
  /** Whom an answer that is none in SMTP was about. */
  readonly recipient?: string;
};

/** Recipients who were answered by nothing that SMTP knows, before the others are put off as well. */
const MOST_RIDDLES = 3;

export class Attempt {
  readonly #receipts: DestinationReceipt[] = [];
  /** Of the receipts so many were told before. */
  #told = 0;
  #riddles = 0;
  readonly #text: OutgoingText;

  private constructor(
    private readonly to: RelayDestinations,
    private readonly server: IspServer,
    private readonly sessions: SessionKeeper,
    private readonly sender: NullSender,
    private readonly signal: AbortSignal,
    private session: IspSession,
  ) {
    this.#text = new OutgoingText(to);
  }

  /** Rejects where there is no session with the ISP. */
  static async begin(
    to: RelayDestinations,
    server: IspServer,
    sessions: SessionKeeper,
    sender: NullSender,
    signal: AbortSignal,
  ): Promise<Attempt> {
    return new Attempt(to, server, sessions, sender, signal, await sessions.take(to.account.id, server, signal));
  }

  /** Answers what became of each recipient. */
  async run(): Promise<DeliveryReceipt> {
    try {
      await this.#sendAll();
    } catch (error) {
      this.session.close();
      if (this.#receipts.length === 0) throw error;
      // What the ISP has answered counts, whatever failed since.
      const answered = new Set(this.#receipts.map(({ recipient }) => recipient));
      const others = this.to.recipients.map(({ address }) => address).filter((address) => !answered.has(address));
      return [...this.#receipts, ...others.map((address) => receiptFor(address, judge(error as RelayFailure), this.server))];
    }
    this.sessions.keep(this.to.account.id, this.server, this.session);
    return this.#receipts;
  }

  async #sendAll(): Promise<void> {
    const { extensions } = this.session;
    const text = await this.#text.forServer(extensions);
    const { transactions, refused } =
      'status' in text
        ? planTransactions(this.to, extensions, text)
        : planTransactions({ ...this.to, from: this.sender.address, size: text.size }, extensions, false);
    const queue = new RecipientQueue(transactions, extensions.limits?.domains !== undefined);
    this.#receipts.push(...refused);
    let broken: RelayFailure | undefined;
    let hasBegun = false;
    for (let next = queue.take(this.#limits); next !== undefined; next = queue.take(this.#limits)) {
      // Of those before it is known what became of them, whatever becomes of this one.
      if (hasBegun) await this.#tell();
      hasBegun = true;
      broken ??= await this.#withSession();
      if (broken === undefined) broken = await this.#transact(next, queue);
      else this.#record(next, judgeBroken(broken));
    }
  }

  async #tell(): Promise<void> {
    const news = this.#receipts.slice(this.#told);
    this.#told = this.#receipts.length;
    if (news.length > 0) await this.to.answered?.(news);
  }

  get #limits(): TransactionLimits {
    const { limits } = this.session.extensions;
    const learned = this.sessions.habits.of(this.server).recipients ?? MAX_RECIPIENTS;
    return { recipients: Math.min(MAX_RECIPIENTS, limits?.recipients ?? MAX_RECIPIENTS, learned), domains: limits?.domains };
  }

  /** Sees to a session that takes one more transaction; answers why there is none. */
  async #withSession(): Promise<RelayFailure | undefined> {
    if (this.sessions.hasRoom(this.session, this.server)) return undefined;
    this.session.quit();
    try {
      this.session = await this.sessions.take(this.to.account.id, this.server, this.signal);
      return undefined;
    } catch (error) {
      return error as RelayFailure;
    }
  }

  /** Answers the failure that ended the connection, if one did and nothing else may be tried now. */
  async #transact(transaction: MailTransaction, queue: RecipientQueue): Promise<RelayFailure | undefined> {
    const { to, session } = this;
    const text = await this.#text.forServer(session.extensions);
    if ('status' in text) {
      this.#record(transaction, { outcome: 'failed', ...text });
      return undefined;
    }
    let allRead = false;
    const watched = (async function* () {
      yield* text.content();
      // While the last octets are on their way. The library writes the final dot behind the end of what it reads.
      const accepted = session.accepted.flatMap((address) => transaction.recipients.get(address) ?? []);
      await to.beforeEndOfData?.(accepted.length > 0 ? accepted : [...transaction.recipients.values()].flat());
      allRead = true;
    })();
    try {
      const { response } = await session.send(this.#envelope(transaction, text.size), watched, this.signal);
      this.sender.accepted();
      const again = this.#refusedForNow(transaction);
      this.#record(transaction, judgeSuccess(response), session.refused, again);
      queue.putBack(transaction, again);
      return undefined;
    } catch (error) {
      return await this.#fail(transaction, error as TransactionFailure, allRead, queue);
    }
  }

  async #fail(
    transaction: MailTransaction,
    failure: TransactionFailure,
    allRead: boolean,
    queue: RecipientQueue,
  ): Promise<RelayFailure | undefined> {
    const { session } = this;
    const isOutOfStep = failure.code === 'ETIMEDOUT' || failure.code === 'EPROTOCOL';
    if (isOutOfStep && !allRead && session.pipelines) this.sessions.habits.learn(this.server, 'losesPipeline', true);
    const verdict = allRead && !isRefusal(failure) ? judgeSilence(failure) : judge(failure);
    // Behind a refused MAIL every recipient is refused as well.
    const refused = failure.command === 'MAIL FROM' ? [] : session.refused;
    const others = allRead && !isRefusal(failure) ? undefined : this.#othersAgain(transaction, failure, allRead);
    const again = others ?? (failure.command === 'MAIL FROM' ? [] : this.#refusedForNow(transaction));
    this.#record(transaction, verdict, refused, again);
    queue.putBack(transaction, again);
    if (failure.code === 'EMESSAGE' && !allRead) {
      // An answer in the middle of the text: what is still on its way must not be taken for commands.
      session.close();
    }
    const broken = await this.#recover(failure);
    return others === undefined ? broken : undefined;
  }

  /**
   * Whom the message is sent to again at once, since what failed was not its content: the session has had enough, or the transaction, or the server
   * wants another sender. `undefined` where it failed for good, or for now.
   */
  #othersAgain(transaction: MailTransaction, failure: TransactionFailure, allRead: boolean): readonly string[] | undefined {
    const { session, server } = this;
    const { habits } = this.sessions;
    const { accepted, refused } = session;
    const { response = '' } = failure;
    const all = [...transaction.recipients.keys()];
    if (!allRead && this.#isOfSession(failure)) {
      if ((response !== '' && failure.responseCode !== 421) || speaksOfSession(response))
        habits.learn(server, 'transactions', session.transactions - 1);
      session.quit();
      return all;
    }
    if (failure.recipient !== undefined && ++this.#riddles <= MOST_RIDDLES) {
      // It is unknown whether the server took this one: without it.
      return all.filter((address) => address !== failure.recipient);
    }
    const surplus = refused.filter((each) => asksForAnotherTransaction(each.response ?? ''));
    // Some close the connection after so many refusals.
    const isTooMuch = !session.isOpen && surplus.length > 0;
    if (failure.command !== 'RCPT TO' && (isTooMuch || (isRefusal(failure) && speaksOfRecipients(response)))) {
      const most = session.isOpen ? Math.floor(accepted.length / 2) : accepted.length;
      if (most === 0) return undefined;
      habits.learn(server, 'recipients', most);
      // What was refused behind the text is in doubt until its receipt, and waits for the next round.
      if (allRead) return undefined;
      const failed = refused.filter((each) => each.responseCode !== 421 && !surplus.includes(each)).map(({ recipient }) => recipient);
      return all.filter((address) => !failed.includes(address));
    }
    if (this.sender.mayReplace(failure) && failure.command !== 'RCPT TO') {
      this.sender.replace(failure);
      return failure.command === 'MAIL FROM' ? all : [...accepted, ...this.#refusedForNow(transaction)];
    }
    return undefined;
  }

  /** Recipients who were refused by themselves, and whom another transaction may reach at once. */
  #refusedForNow({ recipients }: MailTransaction): readonly string[] {
    const { accepted, refused } = this.session;
    const surplus = accepted.length === 0 ? [] : refused.filter(({ response = '' }) => asksForAnotherTransaction(response));
    const [first] = surplus;
    const order = [...recipients.keys()];
    const isCounted = first !== undefined && !accepted.some((address) => order.indexOf(address) > order.indexOf(first.recipient));
    if (isCounted && (surplus.length > 1 || speaksOfRecipients(first.response ?? ''))) {
      this.sessions.habits.learn(this.server, 'recipients', accepted.length);
    }
    const unwanted = refused.filter((each) => this.sender.mayReplace(each));
    if (unwanted[0] !== undefined) this.sender.replace(unwanted[0]);
    return [...surplus, ...unwanted].map(({ recipient }) => recipient);
  }

  /** A session that has carried mail before, and does not take this any more: another one may. */
  #isOfSession({ response, responseCode, command }: RelayFailure): boolean {
    const { session } = this;
    if (session.transactions < 2) return false;
    if (response === undefined) return !session.isOpen;
    // Some count recipients over the whole session.
    const isFull = (answer = ''): boolean => speaksOfSession(answer) || speaksOfRecipients(answer);
    if (command === 'MAIL FROM') return responseCode === 421 || isFull(response);
    return command === 'RCPT TO' && session.accepted.length === 0 && session.refused.every((each) => isFull(each.response));
  }

  /** Clears the failed transaction away; answers `failure` where the session is of no more use. */
  async #recover(failure: RelayFailure): Promise<RelayFailure | undefined> {
    if (!this.session.isOpen) {
      return failure;
    }
    if (!isRefusal(failure)) {
      // After rubbish the ISP's state is unknown: it may take what comes for the text.
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

  #envelope(transaction: MailTransaction, size: number): Parameters<IspSession['send']>[0] {
    const dsn = { ...this.to.dsn, ...transaction.dsn };
    return {
      from: this.sender.address,
      to: [...transaction.recipients.keys()],
      size,
      use8BitMime: true,
      dsn: { ret: dsn.ret, envid: dsn.envid, notify: dsn.notify ? [...dsn.notify] : undefined, orcpt: dsn.orcpt },
    };
  }

  /** Receipts for all but those who are sent to again: the verdict on the message, or on the recipient where that one was refused by itself. */
  #record(transaction: MailTransaction, verdict: Verdict, refused: readonly RefusedRecipient[] = [], again: readonly string[] = []): void {
    const refusals = new Map(refused.map((refusal) => [refusal.recipient, refusal]));
    const waiting = new Set(again);
    for (const [address, recipients] of transaction.recipients) {
      if (waiting.has(address)) continue;
      const refusal = refusals.get(address);
      for (const recipient of recipients) this.#receipts.push(receiptFor(recipient, refusal ? judge(refusal) : verdict, this.server));
    }
  }
}
