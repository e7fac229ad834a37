// onFetch: one account's part of a round. Sessions follow each other, each ended by QUIT so that its deletions stick, until nothing is new.
import { type ErrorCode, type FetchReport, type FetchRequest, PostroomError, sentenceOf, type TapCall } from '@postroom/sdk';
import { isDoorClosed } from '@postroom/sdk/network';
import type { Clock } from '@postroom/sdk/services';
import { type CollectPlan, collectPlan, MOST_FAILURES, type PlannedMessage, smallFirst } from './collectPlan.js';
import type { CollectingDoors } from './door/collectingDoors.js';
import { FetchTally } from './fetchTally.js';
import { identify } from './identify.js';
import type { IspAccount } from './ispAccount.js';
import { countIn, type IspAnswer } from './ispAnswers.js';
import { tellOfLeft } from './leftMail.js';
import { type ListingPart, listingParts } from './listing.js';
import type { KnownWays } from './login/knownWays.js';
import { pauseAfter } from './login/loginErrors.js';
import { isLostLease } from './lostLease.js';
import { OutOfStep } from './outOfStep.js';
import type { PipelineDoubts } from './pipelineDoubts.js';
import { recheck } from './recheck.js';
import { Retrieval } from './retrieval.js';
import { LocalSession } from './session/localSession.js';
import type { MailboxSession } from './session/mailboxSession.js';
import { SessionAbandoned } from './session/sessionAbandoned.js';
import { tooLargeSentence } from './session/tooLarge.js';
import { missingSentence, unlistedError } from './unlisted.js';

/** Messages of one session, where the ISP deletes at once; a cut line costs at most the reading of their DELEs again. */
const SESSION_MESSAGES = 500;
/** Sessions of one round at most, whatever the server lists. */
const MOST_SESSIONS = 400;
/** Some servers (Gmail) show a part of a large box only: after a session with so many, another looks for more. */
const PARTIAL_LISTING = 200;
/** DELEs on the line at a time. */
const DELETES_AHEAD = 200;

export interface CollectServices {
  readonly clock: Clock;
  readonly account: IspAccount;
  readonly doubts: PipelineDoubts;
  readonly known: KnownWays;
  /** Where sessions may be elsewhere than on this thread. */
  readonly doors?: CollectingDoors;
}

/** Collects the account's mail. Answers a report in every case: what failed stands in it. */
export async function collect(request: FetchRequest, call: TapCall, services: CollectServices): Promise<FetchReport> {
  const { clock } = services;
  const tally = new FetchTally((done, total, octets) => request.progress(done, total, octets));
  const round = new AccountRound(request, services, tally);
  try {
    for (let session = 0; session < MOST_SESSIONS && (await round.session(call.signal)); session += 1);
  } catch (error) {
    const { code, sentence } = endOf(error, call.signal, request.account.id);
    tally.problem(code, sentence);
    const pause = pauseAfter(code);
    if (pause !== undefined) tally.pauseUntil(new Date(clock.now().getTime() + pause));
  }
  return tally.report();
}

/** What ended the round. */
function endOf(error: unknown, { aborted, reason }: AbortSignal, account: string): { readonly code: ErrorCode; readonly sentence: string } {
  if (aborted && isLostLease(reason)) return { code: reason.code, sentence: reason.message };
  if (aborted)
    return { code: 'isp/timeout', sentence: `The time for account ${account} is up; the next round goes on where this one ended.` };
  return { code: error instanceof PostroomError ? error.code : 'isp/unreachable', sentence: sentenceOf(error) };
}

/** Some of the mailbox. */
interface Place {
  readonly part: ListingPart;
  /** What the server said of the whole, at the beginning and now. */
  readonly stat: IspAnswer;
  readonly statNow: IspAnswer;
  /** Fingerprints that were met in this session, and how often. */
  readonly seen: Map<string, number>;
}

class AccountRound {
  readonly #request: FetchRequest;
  readonly #account: IspAccount;
  readonly #clock: Clock;
  readonly #doubts: PipelineDoubts;
  readonly #known: KnownWays;
  /** `undefined`, too, once one has ended in the middle of this round. */
  #doors: CollectingDoors | undefined;
  readonly #tally: FetchTally;
  /** Messages that a session of this round found to be read, at most. */
  #mostFound = 0;
  /** Messages that failed in this round: not tried again in it. */
  readonly #failed = new Set<string>();
  /** Messages at which a session of this round fell out of step: read last. */
  readonly #doubtful = new Set<string>();

  constructor(request: FetchRequest, { account, clock, doubts, known, doors }: CollectServices, tally: FetchTally) {
    this.#request = request;
    this.#account = account;
    this.#clock = clock;
    this.#doubts = doubts;
    this.#known = known;
    this.#doors = doors;
    this.#tally = tally;
  }

  /** One session, from the connection to QUIT. Answers whether another one is worth it. */
  async session(signal: AbortSignal): Promise<boolean> {
    const session = await this.#open(signal);
    const before = this.#tally.fetched + this.#failed.size;
    const pipelining = session.capabilities.pipelining && !this.#doubts.has(this.#account);
    try {
      const again = await this.#work(session, pipelining);
      session.end();
      return again;
    } catch (error) {
      session.cut();
      if (signal.aborted) throw error;
      if (session.hasLostPipeline || (error instanceof OutOfStep && pipelining)) this.#doubts.note(this.#account);
      if (error instanceof SessionAbandoned) return true;
      if (isDoorClosed(error)) {
        this.#doors = undefined;
        this.#tally.alert('door', this.#closedDoorSentence());
        return true;
      }
      if (!(error instanceof OutOfStep)) throw error;
      // In another session the rest has its turn: one command at a time, and without those that are done or have failed.
      if (pipelining) this.#tally.alert('pipelining', this.#oneByOneSentence());
      if (pipelining || this.#tally.fetched + this.#failed.size > before) return true;
      throw error;
    }
  }

  async #open(signal: AbortSignal): Promise<MailboxSession> {
    const services = { clock: this.#clock, known: this.#known };
    return (await this.#doors?.session(this.#account, this.#known, signal)) ?? LocalSession.open(this.#account, services, signal);
  }

  /** Goes through the mailbox and ends the session; answers as session() does. */
  async #work(session: MailboxSession, pipelining: boolean): Promise<boolean> {
    const { loginDelaySeconds } = session.capabilities;
    const mayComeBack = this.#account.leaveOnServerDays === 0 && loginDelaySeconds === 0;
    const stat = await session.stat();
    let statNow = stat;
    const deleted: PlannedMessage[] = [];
    const seen = new Map<string, number>();
    let isWorthMore = false;
    for (const part of listingParts(countIn(stat), this.#account.leaveOnServerDays === 0)) {
      if (deleted.length > 0) statNow = await session.stat();
      const done = await this.#workOn({ part, stat, statNow, seen }, session, { pipelining, mayComeBack });
      deleted.push(...done.deleted);
      isWorthMore = (mayComeBack && done.isWorthMore) || (session.isLeaving && loginDelaySeconds === 0);
      // What was deleted is to be gone before more is read.
      if (isWorthMore || session.isLeaving) break;
    }
    const quit = await this.#quit(session, deleted);
    if (loginDelaySeconds > 0) this.#tally.pauseUntil(new Date(this.#clock.now().getTime() + loginDelaySeconds * 1000));
    return quit && isWorthMore;
  }

  /** Some of the mailbox; `isWorthMore`: something was collected, and there is more of that kind. */
  async #workOn(
    place: Place,
    session: MailboxSession,
    { pipelining, mayComeBack }: { readonly pipelining: boolean; readonly mayComeBack: boolean },
  ): Promise<{ readonly deleted: readonly PlannedMessage[]; readonly isWorthMore: boolean }> {
    const plan = await this.#plan(session, pipelining, place);
    const before = this.#tally.fetched;
    const expected = plan.fetch.length + plan.suspect.length + plan.unread.length;
    this.#tally.expect(expected);
    this.#mostFound = Math.max(this.#mostFound, expected);
    this.#doors?.found(this.#account, this.#mostFound);
    const limit = mayComeBack ? Math.max(SESSION_MESSAGES, Math.ceil(expected / 20)) : expected;
    const batch = plan.fetch.slice(0, limit);
    const alone = plan.suspect.slice(0, limit - batch.length);
    const reading = plan.maybeRenamed ? { maybeRenamed: true } : {};
    const { intake, journal } = this.#request;
    const services = { account: this.#account, intake, journal, tally: this.#tally };
    const retrieval = new Retrieval(session, { ...services, way: { pipelining, stat: place.statNow } });
    try {
      await retrieval.run(batch, reading);
      await retrieval.runAlone(alone, reading);
      await retrieval.runAlone(plan.unread, { ...reading, unread: true });
    } finally {
      for (const key of retrieval.failures) this.#failed.add(key);
      for (const key of retrieval.doubts) this.#doubtful.add(key);
    }
    if (plan.isMostlyNew && this.#tally.renamed > 0) this.#tally.alert('renamed', this.#renamedSentence());
    await tellOfLeft(session, plan, { account: this.#account, request: this.#request, tally: this.#tally });
    const stored = this.#account.leaveOnServerDays === 0 ? retrieval.stored : [];
    const finished = [...plan.remove, ...plan.drop, ...stored];
    const deleted = await this.#delete(session, finished, pipelining);
    const fetched = this.#tally.fetched - before;
    const isMore = expected > batch.length + alone.length + plan.unread.length || fetched >= PARTIAL_LISTING;
    return { deleted, isWorthMore: deleted.length > 0 && fetched > 0 && isMore };
  }

  async #plan(session: MailboxSession, pipelining: boolean, { part, stat, seen }: Place): Promise<CollectPlan> {
    const listing = await session.list({ deletesAtOnce: this.#account.leaveOnServerDays === 0, part });
    const unlisted = unlistedError(this.#account, stat, listing);
    if (unlisted !== undefined) throw unlisted;
    const missing = missingSentence(this.#account, stat, listing.listed);
    // As of one more message: the account rests for what can't be listed, and not for this.
    if (missing !== undefined) this.#tally.problem('isp/temporary', missing, 'unlisted');
    if (!listing.ids.ok && listing.messages.length > 0) await this.#checkLeaving(session);
    const { messages, unreadable } = await identify(session, listing.messages, seen);
    for (const number of unreadable) {
      this.#tally.problem(
        'isp/message',
        `${this.#account.host} does not show message ${number} of account ${this.#account.id}. The next round tries again.`,
        `number ${number}`,
      );
    }
    const plan = collectPlan(messages, await this.#request.journal.entries(), this.#account, this.#clock.now());
    const removing = await recheck(session, plan.remove, pipelining);
    const dropping = await recheck(session, plan.drop, pipelining);
    const { others: changed } = await recheck(session, plan.back, pipelining);
    const others = [...removing.others, ...dropping.others, ...changed];
    if (listing.isComplete && unreadable.length === 0 && stat.ok && countIn(stat) === messages.length) {
      await this.#request.journal.listed(messages.map(({ key }) => key));
    }
    const isTooLarge = ({ size }: PlannedMessage): boolean => size > this.#account.maxMessageBytes;
    const isUntried = ({ key }: PlannedMessage): boolean => !this.#failed.has(key);
    const isDoubtful = ({ key }: PlannedMessage): boolean => this.#doubtful.has(key);
    const fetch = [...plan.fetch, ...others.filter((message) => !isTooLarge(message))].filter(isUntried);
    const tooLarge = [...plan.tooLarge, ...others.filter(isTooLarge)];
    this.#report({ ...plan, tooLarge });
    return {
      ...plan,
      remove: removing.same,
      // Without a size nothing but the id would say which message was meant.
      drop: dropping.same.filter(({ size, known }) => size >= 0 && size === known?.listedSize),
      tooLarge,
      fetch: smallFirst(fetch.filter((message) => !isDoubtful(message))),
      suspect: [...plan.suspect.filter(isUntried), ...fetch.filter(isDoubtful)],
      unread: plan.unread.filter(isUntried),
    };
  }

  #oneByOneSentence(): string {
    const { host, id } = this.#account;
    return `${host} announces PIPELINING and lost its place when several messages of account ${id} were asked for at once. Nothing doubtful was taken in; for a day they are read one at a time.`;
  }

  #closedDoorSentence(): string {
    const { host, id } = this.#account;
    return `The thread that read the mail of account ${id} ended, and its connection to ${host} was cut. What it had handed over is kept, the rest was asked for again by the main thread; nothing is lost or collected twice. The Log says why the thread ended.`;
  }

  #renamedSentence(): string {
    const { host, id } = this.#account;
    return `${host} gave the waiting mail of account ${id} new unique ids. ${this.#tally.renamed} message(s) of it were known by their content and not delivered again. If the ISP has not moved its server, ask it why.`;
  }

  /** Without UIDL and TOP every message would have to be read in every round to be recognised. */
  async #checkLeaving(session: MailboxSession): Promise<void> {
    const { host, id, leaveOnServerDays } = this.#account;
    if (leaveOnServerDays === 0) return;
    if ((await session.header(1)) !== undefined) return;
    throw new PostroomError(
      'settings/invalid',
      `${host} has neither UIDL nor TOP, so mail of account ${id} cannot be left there. Set pop3.leaveOnServerDays to 0.`,
    );
  }

  #report(plan: CollectPlan): void {
    for (const message of plan.tooLarge)
      this.#tally.problem('isp/message', tooLargeSentence(message.size, this.#account.maxMessageBytes), message.key);
    for (const { key } of plan.resting) {
      this.#tally.problem(
        'isp/message',
        `A message could not be collected ${MOST_FAILURES} times and stays at the ISP; it is tried once a day. "postroom waiting list" shows it; look at it there, with the ISP's web mail.`,
        key,
      );
    }
  }

  /** Answers the messages whose DELE was answered +OK; the others keep their place in the journal, and the next session deletes them. */
  async #delete(session: MailboxSession, messages: readonly PlannedMessage[], pipelining: boolean): Promise<PlannedMessage[]> {
    if (messages.length === 0) return [];
    const deleted: PlannedMessage[] = [];
    const refused: { readonly key: string; readonly answer: string }[] = [];
    const numbers = messages.map(({ number }) => number);
    const answers = await session.remove(numbers, pipelining ? DELETES_AHEAD : 1);
    for (const [at, message] of messages.entries()) {
      const answer = answers[at];
      if (answer?.ok === true) deleted.push(message);
      else if (answer !== undefined && isOverdue(message)) refused.push({ key: message.key, answer: answer.text });
    }
    const last = refused.at(-1);
    // Of a message, not of the account: that would rest, though it collects what is new.
    if (last !== undefined) this.#tally.problem('isp/temporary', this.#refusedSentence(refused.length, last.answer), last.key);
    return deleted;
  }

  #refusedSentence(count: number, answer: string): string {
    const { host, id } = this.#account;
    return `${host} refuses to delete ${count} message(s) of account ${id} ("${answer}"). Nothing is collected twice; the next round asks again.`;
  }

  /**
   * Only +OK to QUIT means that the deletions happened (RFC 1939 section 6). Without an answer they are asked for again where the messages still are; the
   * round was a good one. Answers whether another session may follow.
   */
  async #quit(session: MailboxSession, deleted: readonly PlannedMessage[]): Promise<boolean> {
    const answer = await session.quit(deleted.length > 0);
    if (deleted.length === 0) return true;
    if (answer?.ok === true) {
      await this.#request.journal.gone(deleted.map(({ key }) => key));
      return true;
    }
    const { host, id } = this.#account;
    const sequel = 'Nothing is collected twice; the next round asks again.';
    if (answer !== undefined) {
      this.#tally.problem('isp/temporary', `${host} did not remove what was collected of account ${id} ("${answer.text}"). ${sequel}`);
      return false;
    }
    const overdue = deleted.filter(isOverdue);
    const last = overdue.at(-1);
    if (last !== undefined)
      this.#tally.problem(
        'isp/temporary',
        `${host} ends without an answer to QUIT, and keeps ${overdue.length} message(s) of account ${id} that it was to delete. ${sequel}`,
        last.key,
      );
    return session.isClosed;
  }
}

/** To be deleted since an earlier session, or by order. A server that deletes at RETR may well refuse the DELE behind it. */
function isOverdue({ known }: PlannedMessage): boolean {
  return known !== undefined && (known.state !== 'failed' || known.order === 'delete');
}
