// Copies times envelope times recipients times kind: who has how many messages after a round, whatever the ISP stored.

import { MailStore } from '@postroom/sdk/services';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { Postroom } from '../kit/postroom.js';

type Kind = 'regular' | 'domain';
type Recipients = 'one' | 'two' | 'unknown' | 'bcc';
type EnvelopeKind = 'none' | 'per copy' | 'batched' | 'constant' | 'forged';

const KINDS: readonly Kind[] = ['regular', 'domain'];
const RECIPIENTS: readonly Recipients[] = ['one', 'two', 'unknown', 'bcc'];
const ENVELOPES: readonly EnvelopeKind[] = ['none', 'per copy', 'batched', 'constant', 'forged'];
/** Copies that the ISP stores: one for all, or several. */
const COPIES = [1, 3];

interface Account {
  readonly id: string;
  readonly box: string;
  readonly shared: string;
  /** Two users, and a name that nobody has. */
  readonly first: string;
  readonly second: string;
  /** How a sender writes to them. */
  address(name: string): string;
  /** What stands in an envelope: the address without the name. */
  envelope(name: string): string;
}

const ACCOUNTS: Readonly<Record<Kind, Account>> = {
  regular: {
    id: 'company',
    box: 'mail',
    shared: 'mail@company.example',
    first: 'andrew',
    second: 'greg',
    address: (name) => `${name} <mail@company.example>`,
    envelope: () => 'mail@company.example',
  },
  domain: {
    id: 'works',
    box: 'post',
    shared: 'post@works.example',
    first: 'lisa',
    second: 'john',
    address: (name) => `${name}@works.example`,
    envelope: (name) => `${name}@works.example`,
  },
};

/** Whom the SMTP envelope named. */
function meant(account: Account, recipients: Recipients): readonly string[] {
  if (recipients === 'two') return [account.first, account.second];
  return [recipients === 'unknown' ? 'nobody' : account.first];
}

function copiesOf(account: Account, recipients: Recipients, envelope: EnvelopeKind, copies: number, id: string): readonly string[] {
  const names = meant(account, recipients);
  const to = recipients === 'bcc' ? 'Office <office@out.example>' : names.map((name) => account.address(name)).join(', ');
  return Array.from({ length: copies }, (_, index) => {
    const own = account.envelope(names[index % names.length] ?? '');
    const above: Readonly<Record<EnvelopeKind, readonly string[]>> = {
      none: [],
      'per copy': [`X-Original-To: ${own}`],
      batched: [`Envelope-To: ${names.map((name) => account.envelope(name)).join(', ')}`],
      constant: [`Delivered-To: ${account.shared}`],
      forged: [],
    };
    const header = envelope === 'forged' ? [`X-Original-To: ${account.envelope(account.second)}`] : [];
    return letter({ to, id, subject: 'Matrix', envelope: above[envelope], header });
  });
}

/** The rules of docs/sorting.md in one place: the envelope decides where it names a person; else To and Cc; else ADMIN1. */
function expected(kind: Kind, recipients: Recipients, envelope: EnvelopeKind, copies: number): readonly string[] {
  const account = ACCOUNTS[kind];
  const tells = kind === 'domain' && (envelope === 'per copy' || envelope === 'batched');
  if (recipients === 'unknown') return ['admin1'];
  if (recipients === 'bcc') return tells ? [account.first] : ['admin1'];
  // One copy whose envelope names one of two: the other one's copy never reached this ISP mailbox.
  if (recipients === 'two' && tells && envelope === 'per copy' && copies === 1) return [account.first];
  const named = meant(account, recipients);
  // More copies than the header names addresses, and nobody says whose: one may be a Bcc, unless everybody has it. The account works has two users.
  const addresses = new Set(named.map((name) => account.envelope(name))).size;
  const isForAll = kind === 'domain' && recipients === 'two';
  return !tells && copies > addresses && !isForAll ? [...named, 'admin1'] : named;
}

describe('the duplicate matrix', function () {
  this.timeout(120_000);
  let postroom: Postroom;

  before(async () => {
    postroom = await Postroom.start();
  });
  after(() => postroom.stop());

  const delivered = async (): Promise<Readonly<Record<string, number>>> => {
    const mailboxes = await postroom.service(MailStore).mailboxes();
    return Object.fromEntries(mailboxes.map(({ mailbox, messages }) => [mailbox.user, messages]));
  };

  for (const kind of KINDS) {
    for (const recipients of RECIPIENTS) {
      for (const envelope of ENVELOPES) {
        for (const copies of COPIES) {
          for (const rounds of copies === 1 ? [1] : [1, copies]) {
            const title = `${kind}, ${recipients}, envelope ${envelope}: ${copies} ${copies === 1 ? 'copy' : `copies in ${rounds} rounds`}`;
            it(title, async () => {
              const account = ACCOUNTS[kind];
              const before = await delivered();
              const letters = copiesOf(account, recipients, envelope, copies, `${title.replace(/\W+/g, '-')}@out.example`);
              for (const [index, text] of letters.entries()) {
                postroom.isp.mailbox(account.box).put(text);
                if (rounds > 1 || index === letters.length - 1) await postroom.round('user', [account.id]);
              }
              const after = await delivered();
              const gained = Object.fromEntries(
                Object.entries(after)
                  .map(([user, messages]) => [user, messages - (before[user] ?? 0)] as const)
                  .filter(([, messages]) => messages !== 0),
              );
              expect(gained).to.deep.equal(Object.fromEntries(expected(kind, recipients, envelope, copies).map((user) => [user, 1])));
            });
          }
        }
      }
    }
  }
});
