// What people outside gain with fields that only others should write: the table of docs/sorting.md, a test a row. None gains more than to be read by
// whom a plain To would have named; none gets mail of anybody, nor keeps any from anybody.
import { ENVELOPE_FIELDS } from '@postroom/sdk';
import { expect } from 'chai';
import { memoryMail } from './memoryMail.js';
import type { CaseRun } from './sortingCase.js';
import { closeSortingServers, SortingServer } from './sortingServer.js';

const REGULAR = 'mail@company.com';
const ACCOUNTS = {
  company: {
    kind: 'regular',
    address: REGULAR,
    users: { andrew: {}, greg: {}, carolyn: {} },
    'mailing-lists.map': { 'talk.lists.example': ['andrew'] },
  },
  works: { kind: 'domain', address: 'post@works.example', users: { greg: {}, lisa: {} } },
};
const ISP = 'Received: from out.example ([192.0.2.7]) by mx.isp.example with ESMTP id 4Xy7; Fri, 20 Nov 2026 12:00:00 +0100';
const EVIL = 'From: Eve <eve@evil.example>';
const SENT = '<sent-1@company.com>';

describe('forged fields', () => {
  afterEach(closeSortingServers);

  let server: SortingServer;
  beforeEach(async () => {
    server = await SortingServer.start({ accounts: ACCOUNTS });
    // The ISP is known, and andrew has written to Olga.
    await got([ISP, 'To: lisa@works.example', 'From: x@out.example'], { account: 'works' });
    await sent('andrew', ['From: andrew <mail@company.com>', 'To: olga@out.example', `Message-ID: ${SENT}`]);
  });

  interface Got {
    readonly who: string;
    readonly rung: string | undefined;
    readonly why: string;
    readonly disposition: string;
    readonly mark: string | undefined;
    readonly lines: readonly string[];
  }
  interface Options extends Pick<CaseRun, 'origin' | 'author'> {
    readonly account?: string;
    readonly body?: string;
    readonly outside?: readonly string[];
    readonly recipients?: readonly string[];
    readonly reply?: string;
  }

  async function got(lines: readonly string[], { account = 'company', body = 'Hello.', reply, ...run }: Options = {}): Promise<Got> {
    const octets = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}\r\n`);
    const mail = memoryMail(octets, run, account);
    const sorted = await server.sort(account, mail, run.outside);
    const { plan, trail } = sorted;
    if (plan.outside.length > 0 && plan.disposition === 'deliver') await server.relayed(account, mail, sorted, octets, reply);
    return {
      who: plan.mailboxes.map(({ user }) => user).join(', '),
      rung: plan.rung,
      why: trail.map(({ reason }) => reason).join('\n'),
      disposition: plan.disposition,
      mark: plan.traceMark,
      lines: plan.addHeaders,
    };
  }

  const sent = (author: string, lines: readonly string[], reply = '250 2.0.0 Ok'): Promise<Got> =>
    got(lines, { origin: 'submitted', author, recipients: ['olga@out.example'], outside: ['olga@out.example'], reply });

  /** Nothing stays behind: what comes next is sorted as it was before. */
  async function expectAsBefore(): Promise<void> {
    expect(await got([ISP, `To: carolyn <${REGULAR}>`, 'From: x@out.example'])).to.include({ who: 'carolyn', rung: 'L4' });
    expect(await got([ISP, `To: ${REGULAR}`, 'From: Olga <olga@out.example>', `In-Reply-To: ${SENT}`])).to.include({
      who: 'andrew',
      rung: 'L5',
    });
    expect(await got([ISP, `To: Big Boss <${REGULAR}>`, 'From: x@out.example'])).to.include({ who: 'admin1' });
    const envelope = ['X-Original-To: greg@works.example', ISP, 'To: lisa@works.example', 'From: x@out.example'];
    expect(await got(envelope, { account: 'works' })).to.include({ who: 'greg', rung: 'L1' });
  }

  it('In-Reply-To reaches the one author of a mail that left, as his name in To would (forged 1)', async () => {
    expect(await got([ISP, EVIL, `To: ${REGULAR}`, `In-Reply-To: ${SENT}`])).to.include({ who: 'andrew', rung: 'L5' });
    expect((await got([ISP, EVIL, `To: greg <${REGULAR}>`, `In-Reply-To: ${SENT}`])).who, 'a name is stronger').to.equal('greg');
    expect((await got([ISP, EVIL, `To: ${REGULAR}`, 'In-Reply-To: <guess@company.com>'])).who).to.equal('admin1');
    expect(
      (await got([ISP, EVIL, 'To: nobody@works.example', `In-Reply-To: ${SENT}`], { account: 'works' })).who,
      'never into another account',
    ).to.equal('admin1');
    await expectAsBefore();
  });

  it('References reach the same, and nobody where In-Reply-To says otherwise (forged 2)', async () => {
    expect((await got([ISP, EVIL, `To: ${REGULAR}`, `References: <x@evil.example> ${SENT}`])).who).to.equal('andrew');
    expect((await got([ISP, EVIL, `To: ${REGULAR}`, 'In-Reply-To: <x@evil.example>', `References: ${SENT}`])).who).to.equal('admin1');
    expect((await got([ISP, EVIL, `To: ${REGULAR}`, `References: ${'<x@evil.example> '.repeat(5_000)}${SENT}`])).who).to.equal('andrew');
    await expectAsBefore();
  });

  it('a receipt reaches the author of the mail that its Original-Message-ID names, however it is encoded (forged 3)', async () => {
    const report = 'Content-Type: multipart/report; report-type=disposition-notification; boundary=b';
    const part = '--b\r\nContent-Type: message/disposition-notification\r\n';
    const body = `${part}\r\nOriginal-Message-ID: ${SENT}\r\n--b--`;
    expect(await got([ISP, EVIL, `To: ${REGULAR}`, report], { body })).to.include({ who: 'andrew', rung: 'L5' });
    const encoded = Buffer.from(`X-Original-Message-ID: ${SENT}`).toString('base64');
    const inBase64 = `${part}Content-Transfer-Encoding: base64\r\n\r\n${encoded}\r\n--b--`;
    expect((await got([ISP, EVIL, `To: ${REGULAR}`, report], { body: inBase64 })).who).to.equal('andrew');
    expect((await got([ISP, EVIL, `To: greg <${REGULAR}>`, report], { body })).who, 'a name is stronger').to.equal('greg');
    expect((await got([ISP, EVIL, `To: ${REGULAR}`], { body })).who, 'only in a report').to.equal('admin1');
    expect((await got([ISP, EVIL, `To: ${REGULAR}`, report.replace('report;', 'mixed;')], { body })).who, 'nor by a part alone').to.equal(
      'admin1',
    );
    await expectAsBefore();
  });

  it('a bounce reaches the author of the mail inside, and settles nothing of what was sent (forged 4)', async () => {
    const body = `--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: ${SENT}\r\n--b--`;
    for (const signs of [
      ['Return-Path: <>', EVIL],
      [EVIL, 'X-Failed-Recipients: olga@out.example'],
      ['From: MAILER-DAEMON@evil.example'],
      ['From: postmaster@evil.example', 'Auto-Submitted: auto-replied'],
      [EVIL, 'Auto-Submitted: auto-replied', 'Subject: Undeliverable: x'],
    ]) {
      expect(await got([ISP, ...signs, `To: ${REGULAR}`], { body }), signs.join()).to.include({ who: 'andrew', rung: 'L5' });
      expect((await got([ISP, ...signs, `To: greg <${REGULAR}>`], { body })).who, 'a name is stronger').to.equal('greg');
    }
    for (const opening of ['Hi. This is the qmail-send program.', 'This message was created automatically by mail delivery software.'])
      expect((await got([ISP, EVIL, `To: ${REGULAR}`], { body: `${opening}\r\n\r\n${body}` })).who).to.equal('andrew');
    for (const sign of [
      EVIL,
      `${EVIL}\r\nSubject: Undeliverable: x`,
      `${EVIL}\r\nAuto-Submitted: auto-replied`,
      'From: postmaster@evil.example',
    ])
      expect((await got([ISP, sign, `To: ${REGULAR}`], { body })).who, `${sign}: ordinary mail`).to.equal('admin1');
    await expectAsBefore();
  });

  it('an id that the smart host gave a mail reaches its author, as that of a mail does (forged 30)', async () => {
    await sent(
      'andrew',
      ['From: andrew <mail@company.com>', 'To: olga@out.example', 'Message-ID: <sent-2@company.com>'],
      '250 Ok 0100018abcdef-1234',
    );
    const answer = (to: string, id: string): Promise<Got> => got([ISP, EVIL, `To: ${to}`, `In-Reply-To: ${id}`]);
    expect(await answer(REGULAR, '<0100018abcdef-1234@evil.example>')).to.include({ who: 'andrew', rung: 'L5' });
    expect((await answer(`greg <${REGULAR}>`, '<0100018abcdef-1234@evil.example>')).who, 'a name is stronger').to.equal('greg');
    expect((await answer(REGULAR, '<0100018abcdef-1235@evil.example>')).who).to.equal('admin1');
    await expectAsBefore();
  });

  it('an answer under an id that left here with no mail is ADMIN1’s; all that it brings about is a line more in what leaves (forged 31)', async () => {
    await sent('andrew', ['From: andrew <mail@company.com>', 'To: olga@out.example', 'Subject: Plan', 'Message-ID: <sent-3@company.com>']);
    const made = await got([
      ISP,
      'From: Eve <olga@out.example>',
      `To: ${REGULAR}`,
      'Subject: Re: Plan',
      'In-Reply-To: <made-up@evil.example>',
    ]);
    expect(made).to.include({ who: 'admin1', rung: 'L7' });
    expect(made.why).to.include('the ISP seems to replace Message-IDs');
    const left = await sent('greg', ['From: greg <mail@company.com>', 'To: olga@out.example', 'Message-ID: <sent-4@company.com>']);
    expect(left.lines.filter((line) => line.startsWith('References'))).to.deep.equal(['References: <sent-4@company.com>']);
    expect((await got([ISP, EVIL, `To: ${REGULAR}`, 'In-Reply-To: <sent-4@company.com>'])).who).to.equal('greg');
    await expectAsBefore();
  });

  it('envelope fields count only above the Received of the ISP (forged 5)', async () => {
    for (const name of ENVELOPE_FIELDS) {
      const mail = [ISP, `${name}: lisa@works.example`, EVIL, 'To: greg@works.example'];
      expect(await got(mail, { account: 'works' }), name).to.include({ who: 'greg', rung: 'L4' });
    }
    await expectAsBefore();
  });

  it('envelope fields above a Received of the sender’s own do not count either, where the ISP wrote none (forged 6)', async () => {
    const own = 'Received: from a by forged.evil.example with ESMTP id 1; Fri, 20 Nov 2026 12:00:00 +0100';
    const mail = ['X-Original-To: lisa@works.example', own, EVIL, 'To: greg@works.example'];
    expect(await got(mail, { account: 'works' })).to.include({ who: 'greg', rung: 'L4' });
    await expectAsBefore();
  });

  it('a Received in the name of the ISP’s host counts for nothing below the real one, whatever it says (forged 7)', async () => {
    const forged = 'Received: from x by mx.isp.example with ESMTP id 2 for <lisa@works.example>; Fri, 20 Nov 2026 11:00:00 +0100';
    const mail = [ISP, 'X-Original-To: lisa@works.example', forged, EVIL, 'To: greg@works.example'];
    expect(await got(mail, { account: 'works' })).to.include({ who: 'greg', rung: 'L4' });
    await expectAsBefore();
  });

  it('a HELO that names the ISP, or says for whom, counts for nothing (forged 8)', async () => {
    for (const helo of [
      'mx.isp.example',
      'x (by mx.isp.example for <lisa@works.example>)',
      '=?utf-8?q?_by_mx.isp.example_for_=3Clisa=40works.example=3E?=',
      '"for <lisa@works.example>"',
    ]) {
      const received = `Received: from ${helo} ([192.0.2.7]) by mx.isp.example with ESMTP id 3; Fri, 20 Nov 2026 12:00:00 +0100`;
      expect(await got([received, EVIL, 'To: greg@works.example'], { account: 'works' }), helo).to.include({ who: 'greg', rung: 'L4' });
    }
    await expectAsBefore();
  });

  it('hosts made up ten times in a row can name a mailbox as To can, where the ISP writes no Received; the ISP’s own is never forgotten (forged 9)', async () => {
    for (let host = 0; host < 25; host += 1) {
      for (let message = 0; message < 11; message += 1) {
        const made = `Received: from a by mx.evil${host}.example with ESMTP id 1; Fri, 20 Nov 2026 12:00:00 +0100`;
        const given = await got(['X-Original-To: lisa@works.example', made, EVIL, 'To: greg@works.example'], { account: 'works' });
        expect(given.who).to.be.oneOf(['greg', 'lisa']);
      }
    }
    await expectAsBefore();
  });

  it('Resent fields reach whom they name (forged 10)', async () => {
    expect(await got([ISP, `Resent-To: greg <${REGULAR}>`, 'Resent-From: x@evil.example', EVIL, `To: andrew <${REGULAR}>`])).to.include({
      who: 'greg',
      rung: 'L3',
    });
    const envelope = ['X-Original-To: greg@works.example', ISP, 'Resent-To: lisa@works.example', EVIL, 'To: lisa@works.example'];
    expect(await got(envelope, { account: 'works' }), 'the ISP knows better').to.include({ who: 'greg', rung: 'L1' });
    await expectAsBefore();
  });

  it('List-Id and List-Post reach the readers of a list that is mapped, where nobody is named (forged 11)', async () => {
    expect(await got([ISP, 'List-Id: <talk.lists.example>', EVIL, 'To: talk@lists.example'])).to.include({ who: 'andrew', rung: 'L6' });
    expect((await got([ISP, 'List-Id: <talk.lists.example>', EVIL, `To: greg <${REGULAR}>`])).who).to.equal('greg');
    expect((await got([ISP, 'List-Id: <other.lists.example>', EVIL, 'To: talk@other.example'])).who, 'and map none').to.equal('admin1');
    await expectAsBefore();
  });

  it('names in To and Cc reach whom they name, and teach no name (forged 12)', async () => {
    expect((await got([ISP, `From: greg <${REGULAR}>`, `To: andrew <${REGULAR}>`, `Cc: Big Boss <${REGULAR}>`])).who).to.equal(
      'andrew, admin1',
    );
    for (let message = 0; message < 12; message += 1) {
      await got([ISP, `From: Big Boss <${REGULAR}>`, `Sender: greg <${REGULAR}>`, `To: greg <${REGULAR}>`]);
    }
    await expectAsBefore();
  });

  it('a name that a user has written under reaches that user, and nobody else (forged 13)', async () => {
    await sent('carolyn', [`From: Accounts <${REGULAR}>`, 'To: olga@out.example']);
    expect(await got([ISP, EVIL, `To: Accounts <${REGULAR}>`])).to.include({ who: 'carolyn', rung: 'L4' });
    await expectAsBefore();
  });

  it('the mark against loops sets aside that message once more, and no other (forged 14)', async () => {
    const { mark } = await got([ISP, 'From: Olga <olga@out.example>', `To: andrew <${REGULAR}>`, 'Message-ID: <m1@out.example>']);
    const trace = `Received: from pop.isp.example by vm (Postroom) with POP3 id 7-${mark}; Fri, 20 Nov 2026 12:00:00 +0100`;
    const carrying = (id: string): Promise<Got> =>
      got([ISP, trace, 'From: Olga <olga@out.example>', `To: andrew <${REGULAR}>`, `Message-ID: ${id}`]);
    expect((await carrying('<m1@out.example>')).disposition).to.equal('quarantine');
    expect(await carrying('<m2@out.example>')).to.include({ disposition: 'deliver', who: 'andrew' });
    await expectAsBefore();
  });

  it('a Message-ID that a user has used takes no answer away from him, From and Sender of a user’s neither (forged 15)', async () => {
    for (const header of [[EVIL], [`From: greg <${REGULAR}>`], [`From: andrew <${REGULAR}>`, `Sender: greg <${REGULAR}>`]]) {
      await got([ISP, ...header, `To: greg <${REGULAR}>`, `Message-ID: ${SENT}`]);
    }
    await expectAsBefore();
  });

  it('Message-ID and text of another mail keep from nobody what is not word for word the same (forged 16)', async () => {
    const mail = (body: string, more: readonly string[] = [EVIL]): Buffer =>
      Buffer.from([ISP, ...more, `To: andrew <${REGULAR}>`, 'Message-ID: <m3@out.example>', '', body, ''].join('\r\n'));
    for (const body of ['Hello.', 'Hello!', 'Hello.']) await server.take('company', mail(body));
    expect(await server.delivered(), 'word for word the same, and perhaps a Bcc').to.deep.equal({ andrew: 2, admin1: 1 });
    const changed = ['Subject: No', 'Reply-To: mallory@evil.example', 'Cc: mallory@evil.example', 'Content-Type: application/octet-stream'];
    for (const line of changed) await server.take('company', mail('Hello.', [EVIL, line]));
    await server.take('company', mail('Hello.', ['From: CFO <cfo@customer.example>']));
    expect(await server.delivered(), 'what a reader goes by says something else').to.deep.equal({ andrew: 7, admin1: 1 });
  });

  it('lines in the name of this server stand below those that it writes (forged 17)', async () => {
    const forged = [
      'Received: from x ([127.0.0.1]) (Authenticated sender: andrew@company) by vm (Postroom) with ESMTPSA id 9',
      'X-Postroom-Trail: L1; core/x: andrew',
      'Received: from pop.isp.example by vm (Postroom) with POP3 id 9-0123456789abcdef; Fri, 20 Nov 2026 12:00:00 +0100',
    ];
    await server.take('company', Buffer.from([...forged, ISP, EVIL, `To: greg <${REGULAR}>`, '', 'x', ''].join('\r\n')));
    expect(await server.copyOf('greg')).to.match(/^Received: from pop\.isp\.example by .* \(Postroom\) with POP3 id \d+-[\w-]{16}; /);
  });

  it('Auto-Submitted and Precedence send the mail nowhere else; they only ask for no automatic answer (forged 18)', async () => {
    for (const line of ['Auto-Submitted: auto-replied', 'Precedence: bulk', 'X-Auto-Response-Suppress: All']) {
      expect(await got([ISP, line, EVIL, `To: greg <${REGULAR}>`]), line).to.include({ who: 'greg', disposition: 'deliver' });
      expect((await got([ISP, line, EVIL, `To: ${REGULAR}`])).who, line).to.equal('admin1');
    }
    await expectAsBefore();
  });

  const INNER = 'Received: from mx.isp.example by box.isp.example with LMTP id 9; Fri, 20 Nov 2026 12:00:01 +0100';
  const inTheNameOfTheIsp =
    'Received: from mx.isp.example by mx.isp.example with LMTP id 2 for <lisa@works.example>; Fri, 20 Nov 2026 11:00:00 +0100';

  it('lines of inner hops in the name of the ISP count for nothing below the line that came from outside, whoever greets there (forged 19)', async () => {
    for (const client of [
      'mx.isp.example (mx.isp.example [192.0.2.7])',
      '[127.0.0.1] (localhost [192.0.2.7])',
      'unknown (HELO [10.0.0.1]) (192.0.2.7)',
      'mx.isp.example',
    ]) {
      const border = `Received: from ${client} by mx.isp.example with ESMTP id 3; Fri, 20 Nov 2026 12:00:00 +0100`;
      for (const above of [[], [INNER]]) {
        const mail = [...above, border, 'X-Original-To: lisa@works.example', inTheNameOfTheIsp, EVIL, 'To: greg@works.example'];
        expect(await got(mail, { account: 'works' }), client).to.include({ who: 'greg', rung: 'L4' });
      }
    }
    await expectAsBefore();
  });

  it('a HELO that makes up the clauses of an inner hop makes its line doubtful, and ends the lines of the ISP (forged 20)', async () => {
    for (const helo of [
      'x by mx.isp.example with LMTP for <lisa@works.example>',
      'x by mx.isp.example with LMTP (',
      'x by mx.isp.example with LMTP; now',
      'x by mx.isp.example with LMTP <',
    ]) {
      const border = `Received: from ${helo} ([192.0.2.7]) by mx.isp.example with ESMTP id 3 for <post@works.example>; Fri, 20 Nov 2026 12:00:00 +0100`;
      const mail = [border, 'X-Original-To: lisa@works.example', inTheNameOfTheIsp, EVIL, 'To: greg@works.example'];
      expect(await got(mail, { account: 'works' }), helo).to.include({ who: 'greg', rung: 'L4' });
    }
    await expectAsBefore();
  });

  it('lines of the ISP below one that a gateway handed over count until a stranger’s have stood there, and then no more (forged 21)', async () => {
    const border = 'Received: from x (unknown [172.18.0.1]) by mx.isp.example with ESMTP id 3; Fri, 20 Nov 2026 12:00:00 +0100';
    const stranger = 'Received: from pc by relay.out.example with ESMTP id 4; Fri, 20 Nov 2026 11:00:00 +0100';
    const forged = [border, 'X-Original-To: lisa@works.example', inTheNameOfTheIsp, EVIL, 'To: greg@works.example'];
    expect((await got(forged, { account: 'works' })).who).to.be.oneOf(['greg', 'lisa']);
    for (let message = 0; message < 2; message += 1)
      await got([border, stranger, 'To: greg@works.example', 'From: x@out.example'], { account: 'works' });
    expect(await got(forged, { account: 'works' })).to.include({ who: 'greg', rung: 'L4' });
    await expectAsBefore();
  });
});
