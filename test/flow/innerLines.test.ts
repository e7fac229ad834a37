// What stands on top of a copy leaves the house: a read receipt carries the header of what it confirms, and mail goes on as an attachment. None of it
// may name users, accounts or rules; and what knows a message again that comes back is good for that message alone.
import '#core/base/injection.js';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readHeader } from '@postroom/sdk/mail';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { playedCase } from '../kit/publicCases.js';

const FAR = 'customer@shop.example';
/** Rungs, taps, mailboxes, accounts, logins. `company.example` is the domain that everybody knows. */
const INNER =
  /X-Postroom|\bL[1-7];\s+(?![A-Z][a-z]{2}, \d)|postroom\.[a-z][\w-]*\/|[\w.]+@company(?!\.example)|\baccount\b|Authenticated|\(no login/i;

interface Held {
  readonly subject: string;
  readonly reason: string;
}

describe('what leaves the house with a message', () => {
  const leaks = leakCheck();
  let office: Postroom;
  beforeEach(async () => {
    await leaks.begin();
    office = await Postroom.start({ settings: { 'smtp.trustedNetworks': ['127.0.0.1'] } });
  });
  afterEach(async () => {
    await office.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  const offer = (subject: string, more = ''): string =>
    `${more}From: Customer <${FAR}>\r\nTo: andrew <${REGULAR}>\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@shop.example>\r\n\r\nHow much?\r\n`;

  /** The newest message of a mailbox, as a mail program gets it. */
  const newest = async (user: string): Promise<string> => (await office.pickUp(user)).at(-1)?.text ?? '';
  const headerOf = (copy: string): string => copy.slice(0, copy.indexOf('\r\n\r\n') + 2);
  /** The lines on top that the message did not have. */
  const ours = (copy: string, own: string): string => copy.slice(0, copy.length - own.length);

  async function collected(text: string): Promise<void> {
    office.isp.mailbox('mail').put(text);
    await office.round();
  }

  /** Copies by every way in which a message comes to a mailbox. */
  async function everyCopy(): Promise<ReadonlyMap<string, string>> {
    const copies = new Map<string, string>();
    await collected(offer('collected'));
    copies.set('collected', await newest('andrew'));
    await collected(`From: ${FAR}\r\nTo: Nobody <${REGULAR}>\r\nSubject: unplaced\r\n\r\nx\r\n`);
    copies.set('placed by nobody', await newest('admin1'));
    await office.run('mailboxes.move', { message: await numberOf('unplaced'), user: 'greg' });
    copies.set('moved by the administrator', await newest('greg'));
    await collected(offer('quarantined', 'Received: from a by b; Fri, 20 Nov 2026 12:00:00 +0100\r\n'.repeat(101)));
    await office.run('held.release', { message: await numberOf('quarantined'), mailboxes: ['andrew'] });
    copies.set('released', await newest('andrew'));
    await office.submit('greg', [REGULAR], `From: greg <${REGULAR}>\r\nTo: andrew <${REGULAR}>\r\nSubject: inside\r\n\r\nx`);
    copies.set('from a colleague', await newest('andrew'));
    await office.submit('greg', [REGULAR], `From: greg <${REGULAR}>\r\nTo: PUBLIC1 <${REGULAR}>\r\nSubject: to all\r\n\r\nx`);
    copies.set('to everybody', await newest('andrew'));
    return copies;
  }

  async function numberOf(subject: string): Promise<string> {
    const [trace] = await office.run<readonly { readonly message: string }[]>('trace', { query: subject, limit: 1 });
    return trace?.message ?? '';
  }

  it('is no line on top of a copy that names a user, account, rule or login, whichever way the message came (200)', async () => {
    for (const [way, copy] of await everyCopy()) {
      expect(copy, way).to.match(/^Received: [^\r]*(?:\r\n[ \t][^\r]*)*\(Postroom\)/);
      const fields = readHeader(Buffer.from(copy)).fields.filter(({ name }) => !/^(?:from|to)$/i.test(name));
      const text = fields.map(({ start, end }) => copy.slice(start, end)).join('');
      expect(text, way).to.not.match(INNER);
      expect(text.replaceAll('post.office.example', ''), way).to.not.match(/andrew|greg|admin1/i);
    }
  });

  it('is in the store all the same: trace says why, and who logged in', async () => {
    await collected(offer('why'));
    const [trace] = await office.run<
      readonly { readonly rung: string; readonly trail: readonly { readonly tap: string; reason: string }[] }[]
    >('trace', { query: 'why' });
    expect(trace?.rung).to.equal('L4');
    expect(trace?.trail.find(({ tap }) => tap === 'postroom.isp-regular/route')?.reason).to.include('"andrew" is andrew by name');
  });

  it('holds nothing of that in a read receipt or in mail that is forwarded as an attachment (201)', async () => {
    await collected(offer('confirmed'));
    const copy = await newest('andrew');
    const about = `From: andrew <${REGULAR}>\r\nTo: Customer <${FAR}>\r\nMIME-Version: 1.0\r\n`;
    const receipt = [
      `${about}Subject: Return Receipt (displayed)`,
      'Content-Type: multipart/report; report-type=disposition-notification; boundary="m"',
      '',
      '--m',
      'Content-Type: message/disposition-notification',
      '',
      `Final-Recipient: rfc822;${REGULAR}`,
      'Original-Message-ID: <confirmed@shop.example>',
      'Disposition: manual-action/MDN-sent-manually; displayed',
      '',
      '--m',
      'Content-Type: text/rfc822-headers',
      '',
      headerOf(copy),
      '--m--',
    ].join('\r\n');
    const forward = `${about}Subject: Fwd\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\nContent-Type: message/rfc822\r\n\r\n${copy}\r\n--m--\r\n`;
    for (const text of [receipt, forward]) await office.submit('andrew', [FAR], text);
    await office.round();
    expect(office.isp.outgoing).to.have.length(2);
    for (const { octets } of office.isp.outgoing) {
      const sent = octets.toString();
      expect(sent, 'the header that was confirmed is in it').to.include('Subject: confirmed\r\n');
      expect(INNER.exec(sent)?.[0]).to.equal(undefined);
    }
  });

  it('bears a mark by which that message is known when it comes back, and no other (202)', async () => {
    await collected(offer('round'));
    const copy = await newest('andrew');
    const lines = ours(copy, offer('round'));
    expect(lines).to.match(/^Received: /);
    // Somebody outside was sent a receipt, and puts what it shows on other mail.
    await collected(offer('other', lines));
    await collected(`${lines}From: ${FAR}\r\nTo: greg <${REGULAR}>\r\nSubject: no id\r\n\r\nx\r\n`);
    expect(await office.subjects('andrew')).to.deep.equal(['round', 'other']);
    expect(await office.subjects('greg')).to.deep.equal(['no id']);
    expect(await office.run('held.list')).to.deep.equal([]);
    // A mail program redirects it: what the header had stays, and further servers write theirs above it.
    await collected(`Received: from mx.far.example by mx.isp.example; Fri, 20 Nov 2026 12:00:00 +0100\r\nResent-To: ${REGULAR}\r\n${copy}`);
    const held = await office.run<readonly Held[]>('held.list');
    expect(held.map(({ subject, reason }) => `${subject}: ${reason}`).join()).to.match(/^round: loop: this server has delivered it before/);
    expect(await office.subjects('andrew')).to.deep.equal(['round', 'other']);
  });

  it('is none of the lines that case 061 shows', async function () {
    const file = path.join(playedCase('061', this), 'input.eml');
    const inner =
      readFileSync(file, 'latin1')
        .replace(/\r?\n/g, '\r\n')
        .split(/Content-Type: text\/rfc822-headers\r\n\r\n/)[1] ?? '';
    const shown = readHeader(Buffer.from(`${inner.split('\r\n--')[0]}\r\n`));
    const names = shown.fields.map(({ name }) => name).filter((name) => /^x-postroom/i.test(name));
    expect(names).to.not.have.length(0);
    const received =
      inner
        .replace(/\r\n[ \t]+/g, ' ')
        .split('\r\n')
        .find((line) => /^Received: .*\(Postroom\)/.test(line)) ?? '';
    const clauses = received.match(/\(account [^)]*\)|\bfor <[^>]*>/g) ?? [];
    expect(clauses).to.have.length(2);
    await collected(inner.slice(inner.indexOf('From: Customer')).split('\r\n--')[0] ?? '');
    await collected(offer('customer'));
    for (const copy of [await newest('admin1'), await newest('andrew')].filter((text) => text !== '')) {
      const header = readHeader(Buffer.from(copy));
      for (const name of names) expect(header.all(name), name).to.deep.equal([]);
      const trace = header.all('Received').map(({ start, end }) => copy.slice(start, end));
      for (const clause of clauses) expect(trace.join()).to.not.include(clause.slice(0, 5));
    }
  });
});
