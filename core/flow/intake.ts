// The only door: fetched, submitted or made here, a message becomes durable in one commit, before anybody says OK or DELE.

import {
  type Accepted,
  type AccountView,
  ADMIN1,
  type FetchedFrom,
  type Intake,
  type MailboxRef,
  type MailOrigin,
  type MailView,
  PostroomError,
} from '@postroom/sdk';
import { createMailView, createSortPlan } from '@postroom/sdk/mail';
import { Accounts, Clock, createServiceId, Events, type IntakeUnit, MailStore, ServerName, type StagedBody } from '@postroom/sdk/services';
import { sharedContentParser } from '../mail/contentParser.js';
import { fetchedPrefix, ownPrefix } from '../mail/prefix.js';
import { DiskSpace } from '../upkeep/diskSpace.js';
import { DeliverStep } from './deliver.js';
import { type Decision, draftUnit } from './draftUnit.js';
import { IntakeLog } from './intakeLog.js';
import { type ReadMessage, type ReadMode, readMessage } from './readMessage.js';
import { SortStep } from './sort.js';
import { surplusOf } from './surplusCopy.js';

/** Where a message came from, as its view tells. */
export interface IntakeSource {
  readonly origin: MailOrigin;
  readonly author: MailboxRef | undefined;
  readonly envelope: MailView['envelope'];
  /** Nobody looks into the message: doing so has brought the server down. */
  readonly unread?: boolean;
}

/** A message that has been read and is not committed yet. `view`: with another envelope where only some recipients are in question. */
export interface StagedMail {
  readonly incoming: ReadMessage;
  readonly view: (envelope?: MailView['envelope']) => MailView;
}

export interface IntakeStep {
  /** The door for one account's fetched mail. */
  forAccount(account: AccountView): Intake;
  /** Takes a message that Postroom made, such as a bounce. `also`: what it says of the Outbox or of mail at an ISP, in the same commit. */
  own(
    octets: Uint8Array,
    mailboxes: readonly MailboxRef[],
    reason: string,
    also?: Pick<IntakeUnit, 'settles' | 'tells'>,
  ): Promise<Accepted>;
  /** Reads the source, lets `decide` work out what to commit, and commits it. Rejects with nothing stored. */
  take(
    octets: AsyncIterable<Uint8Array>,
    source: IntakeSource,
    decide: (mail: StagedMail) => Promise<Omit<IntakeUnit, 'body'>>,
  ): Promise<Accepted>;
  /** Sorts for one account and asks where the copies may go now. */
  decide(account: AccountView, mail: MailView, outside: readonly string[]): Promise<Decision>;
}
export const IntakeStep = createServiceId<IntakeStep>('IntakeStep');

const FROM_OUTSIDE: IntakeSource = { origin: 'fetched', author: undefined, envelope: { from: undefined, recipients: [] } };
const MADE_HERE: IntakeSource = { origin: 'bounce', author: undefined, envelope: { from: '', recipients: [] } };
/** Stands for the account of mail to ADMIN1 that came by none. */
const NO_ACCOUNT: AccountView = { id: '', kind: '', address: '', domains: [], users: [] };

export class DefaultIntakeStep implements IntakeStep {
  constructor(
    @MailStore private readonly store: MailStore,
    @SortStep private readonly sorting: SortStep,
    @DeliverStep private readonly delivering: DeliverStep,
    @Accounts private readonly accounts: Accounts,
    @ServerName private readonly server: ServerName,
    @DiskSpace private readonly room: DiskSpace,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @IntakeLog private readonly log: IntakeLog,
  ) {}

  forAccount(account: AccountView): Intake {
    return { accept: (source, from) => this.#fetched(account, source, from) };
  }

  #fetched(account: AccountView, octets: AsyncIterable<Uint8Array>, from: FetchedFrom): Promise<Accepted> {
    const source = from.unread === true ? { ...FROM_OUTSIDE, unread: true } : FROM_OUTSIDE;
    return this.take(octets, source, async ({ incoming, view }) => {
      const mail = view();
      // A round may last an hour; who shares the account may change in it.
      const current = this.accounts.find(account.id) ?? account;
      const decision = from.unread === true ? setAsideUnread(current) : await this.decide(current, mail, []);
      const origin = { id: mail.id, host: this.server.name, receivedAt: mail.receivedAt, header: incoming.header, server: from.server };
      const prefix = ({ plan }: Decision): Uint8Array => fetchedPrefix({ ...origin, plan });
      const unit = draftUnit(mail, incoming, [decision], {
        account: account.id,
        prefix,
        journal: {
          account: account.id,
          uidl: from.uidl,
          listedSize: from.listedSize,
          ...(from.headerPrint !== undefined && { headerPrint: from.headerPrint }),
          maybeRenamed: from.maybeRenamed === true,
        },
        outbox: [],
      });
      // Without a Message-ID two alike are rather two mails: a device sends such ones.
      const surplus = unit.message.messageId === '' ? undefined : surplusOf(decision);
      if (surplus === undefined) return unit;
      if (surplus === 'accounted for') return { ...unit, surplus };
      const placement = { mailbox: ADMIN1, prefix: prefix(surplus.decision), duplicateKey: incoming.duplicateKey, isWanted: true };
      return { ...unit, surplus: { recipients: surplus.recipients, placement, rung: 'L7' as const, trail: surplus.decision.trail } };
    });
  }

  own(
    octets: Uint8Array,
    mailboxes: readonly MailboxRef[],
    reason: string,
    also: Pick<IntakeUnit, 'settles' | 'tells'> = {},
  ): Promise<Accepted> {
    const filedUnder = mailboxes.find((mailbox) => mailbox.account !== undefined)?.account;
    const account = (filedUnder === undefined ? undefined : this.accounts.find(filedUnder)) ?? NO_ACCOUNT;
    return this.take(once(octets), MADE_HERE, async ({ incoming, view }) => {
      const mail = view();
      const plan = mailboxes.reduce((so, mailbox) => so.to(mailbox, reason), createSortPlan(account));
      const sorted = { plan, trail: [] };
      const decision = await this.#place(sorted, mail);
      const origin = { id: mail.id, host: this.server.name, receivedAt: mail.receivedAt, header: incoming.header };
      const unit = draftUnit(mail, incoming, [decision], {
        account: filedUnder,
        prefix: (own) => ownPrefix({ ...origin, plan: own.plan }),
        journal: undefined,
        outbox: [],
      });
      return { ...unit, ...also };
    });
  }

  async take(
    octets: AsyncIterable<Uint8Array>,
    source: IntakeSource,
    decide: (mail: StagedMail) => Promise<Omit<IntakeUnit, 'body'>>,
  ): Promise<Accepted> {
    const problem = await this.room.problem();
    if (problem !== undefined) {
      throw new PostroomError('store/full', problem);
    }
    const body = this.store.stage();
    try {
      const incoming = await readMessage(octets, body, readingOf(source));
      const receivedAt = this.clock.now();
      const view = (envelope = source.envelope): MailView => this.#view(body, incoming, { ...source, envelope }, receivedAt);
      const unit: IntakeUnit = { body, ...(await decide({ incoming, view })) };
      const { placed, duplicates, formerUidl, isSurplus } = await this.store.commit(unit);
      this.events.emit({ type: 'accepted', message: body.id, origin: source.origin, mailboxes: placed });
      this.log.taken(unit, placed, isSurplus === true);
      return {
        id: body.id,
        size: body.size,
        mailboxes: placed,
        duplicates: duplicates.length,
        disposition: unit.message.disposition,
        ...(formerUidl !== undefined && { formerUidl }),
      };
    } catch (error) {
      await body.discard();
      throw error;
    }
  }

  async decide(account: AccountView, mail: MailView, outside: readonly string[]): Promise<Decision> {
    return this.#place(await this.sorting.sort(account, mail, outside), mail);
  }

  async #place(sorted: Omit<Decision, 'mailboxes'>, mail: MailView): Promise<Decision> {
    const { plan, trail } = sorted;
    if (plan.disposition !== 'deliver') {
      return { plan, trail, mailboxes: [] };
    }
    const { mailboxes, waiting } = await this.delivering.local(mail, plan.mailboxes);
    return { plan: waiting === undefined ? plan : plan.hold(waiting), trail, mailboxes };
  }

  #view(body: StagedBody, incoming: ReadMessage, source: IntakeSource, receivedAt: Date): MailView {
    return createMailView(
      {
        id: body.id,
        size: body.size,
        ...source,
        receivedAt,
        header: incoming.header,
        read: (start = 0) => skip(body.read(), start),
      },
      sharedContentParser,
    );
  }
}

/** What brought the server down again and again is stored as it is; the administrator decides. */
function setAsideUnread(account: AccountView): Decision {
  const reason =
    'reading it brought the server down three times, so it was stored unread; "held release" delivers it, "held delete" removes it';
  const trail = [{ tap: 'core/poison', change: 'quarantine', reason, milliseconds: 0 }];
  return { plan: createSortPlan(account).quarantine(reason), trail, mailboxes: [] };
}

/** Copies that the ISP made of one message come by fetching only. */
function readingOf({ origin, unread }: IntakeSource): ReadMode {
  return unread === true ? 'unread' : origin === 'fetched' ? 'for duplicates' : 'plainly';
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

async function* skip(octets: AsyncIterable<Uint8Array>, start: number): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const piece of octets) {
    if (position + piece.length > start) {
      yield piece.subarray(Math.max(0, start - position));
    }
    position += piece.length;
  }
}
