// Which message a report is about: the forms in which mail systems name it, and what must not be taken for it.
import { expect } from 'chai';
import { isBounce, isBounceInside } from '#plugins/reply-thread/dist/bounce.js';
import { MOST_DEPTH } from '#plugins/reply-thread/dist/mimeParts.js';
import { namedIds } from '#plugins/reply-thread/dist/namedIds.js';
import { partsOfMail, READ_AT_MOST, readBody, returnedIds } from '#plugins/reply-thread/dist/returnedIds.js';
import { memoryMail } from '../sorting/memoryMail.js';

const ID = '<sent-1@company.example>';
const COPY = ['From: andrew <mail@company.example>', `Message-ID: ${ID}`, 'Subject: offer'];

const mailOf = (lines: readonly string[]): ReturnType<typeof memoryMail> =>
  memoryMail(Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'), {}, 'company');

async function idsIn(lines: readonly string[]): Promise<readonly string[]> {
  const mail = mailOf(lines);
  const body = await readBody(mail);
  return returnedIds(partsOfMail(mail, body), body);
}

async function isReport(lines: readonly string[]): Promise<boolean> {
  const mail = mailOf(lines);
  return isBounce(mail) || isBounceInside(mail, partsOfMail(mail, await readBody(mail)));
}

/** A report with one part, which is encoded as its header says. */
const partWith = (type: string, encoding: string, body: string): readonly string[] => [
  'Content-Type: multipart/report; boundary="b"',
  '',
  '--b',
  `Content-Type: ${type}`,
  `Content-Transfer-Encoding: ${encoding}`,
  '',
  body,
  '--b--',
];
const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n');
const quotedPrintable = (text: string): string =>
  text.replace(/[=<>@]/g, (letter) => `=${letter.charCodeAt(0).toString(16).toUpperCase()}`).replace(/sent-/g, 'sent-=\r\n');
const plain = (...body: readonly string[]): readonly string[] => ['Content-Type: text/plain', '', 'It did not arrive.', '', ...body];

describe('the id of the message that a report is about', () => {
  const copy = COPY.join('\r\n');

  it('is read in parts of every kind, however they are encoded', async () => {
    const kinds = [
      'text/rfc822-headers',
      'message/rfc822',
      'message/global',
      'message/disposition-notification',
      'message/delivery-status',
    ];
    for (const type of [...kinds, 'text/plain; charset=nonsense', 'application/octet-stream; name="original.eml"']) {
      for (const [encoding, encoded] of [
        ['7bit', copy],
        ['quoted-printable', quotedPrintable(copy)],
        ['BASE64', base64(copy)],
        ['base64', copy],
        ['8bit', `\xef\xbb\xbf${copy}`],
      ] as const)
        expect(await idsIn(partWith(type, encoding, encoded)), `${type} in ${encoding}`).to.deep.equal([ID]);
    }
    expect(await idsIn(partWith('text/plain; charset=utf-16', 'base64', base64(Buffer.from(copy, 'utf16le'))))).to.deep.equal([ID]);
    expect(await idsIn(['Content-Type: text/plain', 'Content-Transfer-Encoding: base64', '', base64(copy)]), 'no parts').to.deep.equal([
      ID,
    ]);
  });

  it('is read under the names that reports give it, with brackets or without', async () => {
    for (const name of [
      'Original-Message-ID',
      'original-message-id',
      'X-Original-Message-ID',
      'X-Google-Original-Message-ID',
      'Message-Id',
    ])
      for (const value of [
        ID,
        ' sent-1@company.example',
        `\r\n ${ID}`,
        ' <sent-1\r\n @company.example>',
        ' =?utf-8?q?=3Csent-1=40company=2Eexample=3E?=',
      ])
        expect(await idsIn(partWith('message/disposition-notification', '7bit', `${name}:${value}`)), name + value).to.deep.equal([ID]);
    for (const name of ['Resent-Message-ID', 'X-Forwarded-Message-Id', 'In-Reply-To', 'References', 'X-Message-ID', 'Message-IDs'])
      expect(await idsIn(partWith('message/rfc822', '7bit', `${name}: ${ID}`)), name).to.deep.equal([]);
  });

  it('is read in copies that are indented, quoted or marked up', async () => {
    for (const mark of ['', '  ', '\t', '> ', '>> > ', '| ', '  * ', '- ', '\xc2\xa0', '> \t'])
      for (const fold of [' ', `\r\n${mark} `, `\r\n${mark}\t`])
        expect(
          await idsIn(plain(`${mark}From: andrew`, `${mark}Message-ID:${fold}${ID}`, `${mark}`, `${mark}Hi`)),
          mark + fold,
        ).to.deep.equal([ID]);
    for (const line of [
      `*Message-ID:* ${ID}`,
      `**Message-ID**: ${ID}`,
      `_Message-ID_: ${ID}`,
      `"Message-ID": "${ID}"`,
      `postfix/cleanup[1]: message-id=${ID}`,
    ])
      expect(await idsIn(plain(line)), line).to.deep.equal([ID]);
  });

  it('is read in HTML, escaped or not, in tables and links', async () => {
    for (const html of [
      '<p>Message-ID: &lt;sent-1@company.example&gt;<br>Subject: x</p>',
      '<td>Message-ID:</td><td>&#60;sent-1&#x40;company.example&#62;</td>',
      '<div><b>Message-ID:</b> &lt;<a href="mailto:sent-1@company.example">sent-1@company.example</a>&gt;</div>',
      '<pre>Message-ID: <sent-1@company.example>\r\nTo: x</pre>',
      '<div>Message-ID:</div>\r\n<div>&lt;sent-1@<wbr>company.example&gt;</div>',
    ]) {
      expect(await idsIn(['Content-Type: text/html', '', html]), html).to.deep.equal([ID]);
      expect(await idsIn(partWith('text/html', 'quoted-printable', quotedPrintable(html))), html).to.deep.equal([ID]);
    }
  });

  it('is that which the report means by Original-Message-ID, before that which comes back, before that in the text', async () => {
    const part = (type: string, id: string): readonly string[] => ['--b', `Content-Type: ${type}`, '', id, ''];
    const lines = ['Content-Type: multipart/report; boundary=b', '', ...part('text/plain', 'Message-ID: <3@x>')];
    const report = [
      ...lines,
      ...part('message/rfc822', 'Message-ID: <2@x>'),
      ...part('message/disposition-notification', 'Original-Message-ID: <1@x>'),
    ];
    expect(await idsIn([...report, '--b--'])).to.deep.equal(['<1@x>', '<2@x>', '<3@x>']);
  });

  it("is never that of a mail within the one that comes back: that is somebody else's", async () => {
    const forwarding = [
      ...['From: andrew <mail@company.example>', 'Message-ID: <unknown@company.example>', 'X-Forwarded-Message-Id: <greg@x>'],
      ...['Content-Type: multipart/mixed; boundary=c', '', '--c', 'Content-Type: message/rfc822', '', 'Message-ID: <greg@x>', '', '--c--'],
    ];
    expect(await idsIn(partWith('message/rfc822', '7bit', forwarding.join('\r\n')))).to.deep.equal(['<unknown@company.example>']);
    expect(await idsIn(plain(...forwarding))).to.deep.equal(['<unknown@company.example>']);
  });

  it('is found where a report is wrapped in a report, as deep as anybody goes', async () => {
    const inner = [
      'From: MAILER-DAEMON@far.example',
      'Message-ID: <bounce@far.example>',
      ...partWith('message/rfc822', 'base64', base64(copy)),
    ];
    expect(
      await idsIn(partWith('message/rfc822', '7bit', inner.join('\r\n').replaceAll('--b', '--c').replace('"b"', '"c"'))),
    ).to.deep.equal(['<bounce@far.example>', ID]);
    const receipt = ['From: andrew <mail@company.example>', `Message-ID: ${ID}`, 'Content-Type: multipart/report; boundary=c', ''];
    const read = ['--c', 'Content-Type: message/disposition-notification', '', 'Original-Message-ID: <read@far.example>', '--c--'];
    expect(await idsIn(partWith('message/rfc822', '7bit', [...receipt, ...read].join('\r\n'))), 'a receipt of ours').to.deep.equal([
      ID,
      '<read@far.example>',
    ]);
    expect(await idsIn(partWith('message/rfc822', '7bit', receipt.join('\r\n'))), 'its header alone').to.deep.equal([ID]);
    expect(await idsIn(plain('From: Postmaster <postmaster@far.example>', 'Message-ID: <bounce@far.example>', '', ...COPY))).to.include(ID);
    const nested = (depth: number): readonly string[] =>
      depth === 0
        ? ['Content-Type: text/rfc822-headers', '', ...COPY]
        : [`Content-Type: multipart/mixed; boundary=b${depth}`, '', `--b${depth}`, ...nested(depth - 1), `--b${depth}--`];
    expect(await idsIn(nested(MOST_DEPTH))).to.deep.equal([ID]);
    expect(await idsIn(nested(MOST_DEPTH * 3)), 'as text').to.deep.equal([ID]);
  });

  it('is found in parts that are damaged: no boundary, another one, no end, no empty line', async () => {
    const part = ['--b', 'Content-Type: text/rfc822-headers', '', ...COPY];
    for (const type of ['multipart/report', 'multipart/report; boundary=other', 'multipart/report; boundary=b', 'nonsense'])
      expect(await idsIn([`Content-Type: ${type}`, '', ...part]), type).to.deep.equal([ID]);
    expect(
      await idsIn(['Content-Type: multipart/report; boundary=b', '', '--b', 'Content-Type: text/rfc822-headers', ...COPY, '--b--']),
    ).to.deep.equal([ID]);
    expect(await idsIn(['Content-Type: multipart/report; boundary=other', '', '--b', '', quotedPrintable(copy)])).to.deep.equal([ID]);
  });

  it('takes time as the message is long, whatever stands in it, and reads no more than its first part', async () => {
    const filled = (piece: string): string => piece.repeat(Math.ceil(READ_AT_MOST / piece.length));
    const pieces = [
      'message-id:\r\n',
      '<',
      '<a@',
      '@',
      '=\r\n',
      '=   ',
      '> \r\n',
      '\r\n',
      '--b\r\n',
      '=?x?q?',
      '&#60;',
      'message-id: <',
      ' ',
      'From:',
      'a-',
      '\n \n>',
    ];
    const started = performance.now();
    for (const piece of pieces)
      for (const type of ['text/plain', 'text/html', 'message/rfc822', 'multipart/report; boundary=b'])
        for (const encoding of ['7bit', 'quoted-printable', 'base64'])
          await idsIn([`Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`, '', filled(piece)]);
    const each = (performance.now() - started) / (pieces.length * 12);
    expect(each, 'milliseconds a message').to.be.lessThan(500);
    expect(namedIds(filled('message-id: <a@b> '), 5)).to.have.length(5);
    expect(await idsIn(plain(filled('x'), ...COPY))).to.deep.equal([]);
  });
});

describe('what is a report of a mail system', () => {
  const from = (address: string, ...more: readonly string[]): readonly string[] => [`From: ${address}`, ...more];

  it('says so in its header by one sure sign', async () => {
    for (const line of [
      'Return-Path: <>',
      'Content-Type: multipart/report; boundary=b',
      'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
      'Content-Type: message/delivery-status',
      'Content-Type: message/disposition-notification',
      'Content-Class: urn:content-classes:dsn',
      'X-Failed-Recipients: bob@far.example',
      'X-MS-Exchange-Message-Is-Ndr: 1',
    ])
      expect(await isReport([...from('x@far.example', line), '', 'No.']), line).to.equal(true);
    for (const address of [
      'Mail Delivery System <Mailer-Daemon@far.example>',
      'MAILER-DAEMON@far.example',
      'mailerdaemon@far.example',
      'MAILER-DAEMON (Mail Delivery System)',
      'Mail Delivery System <>',
    ])
      expect(await isReport([...from(address), '', 'No.']), address).to.equal(true);
    expect(await isReport(['Return-Path: <mailer-daemon@far.example>', ...from('noreply@far.example'), '', 'No.'])).to.equal(true);
  });

  it('says so by two signs that mail of people may bear', async () => {
    const signs = ['From: System Administrator <postmaster@far.example>', 'Auto-Submitted: auto-replied', 'Subject: Undeliverable: offer'];
    for (const sign of signs) {
      const isFrom = sign.startsWith('From');
      const alone = isFrom ? [sign] : [...from('olga@far.example'), sign];
      expect(await isReport([...alone, '', ...COPY]), `${sign} alone`).to.equal(false);
      const others = signs.filter((other) => other !== sign);
      expect(
        await isReport([...(others.some((other) => other.startsWith('From')) ? [] : from('olga@far.example')), ...others, '', 'No.']),
        others.join(),
      ).to.equal(true);
    }
    expect(await isReport([...from('postmaster@far.example', 'Auto-Submitted: no'), '', ...COPY])).to.equal(false);
    expect(await isReport([...from('postmaster@far.example', 'Auto-Submitted: auto-generated (failure)'), '', ...COPY])).to.equal(true);
  });

  it('is known by the first line of its text, and not by one further down', async () => {
    for (const line of [
      'Hi. This is the qmail-send program at far.example.',
      'This message was created automatically by mail delivery software.',
    ]) {
      expect(await isReport([...from('root@far.example'), '', line, '', ...COPY]), line).to.equal(true);
      expect(await isReport([...from('olga@far.example'), '', 'What does this mean?', '', line, '', ...COPY]), line).to.equal(false);
      expect(await isReport([...from('olga@far.example'), '', `> ${line}`, '', ...COPY]), line).to.equal(false);
    }
  });

  it('is a part for programs in a message of another type only where the header helps', async () => {
    const mixed = [
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: message/disposition-notification',
      '',
      'Original-Message-ID: <a@x>',
      '--b--',
    ];
    expect(await isReport([...from('olga@far.example', 'Subject: Read: offer'), ...mixed])).to.equal(true);
    expect(await isReport([...from('olga@far.example', 'Auto-Submitted: auto-replied'), ...mixed])).to.equal(true);
    expect(await isReport([...from('olga@far.example', 'Subject: Fwd: failure notice'), ...mixed])).to.equal(false);
  });

  it('is told by subjects in the languages of the programs that translate them', async () => {
    for (const subject of [
      'failure notice',
      'Returned mail: see transcript for details',
      'Mail delivery failed: returning message to sender',
      'Unzustellbar: Angebot',
      'Undelivered Mail Returned to Sender',
      'Delivery Status Notification (Failure)',
      'Non remis : offre',
      '=?utf-8?q?=D0=9D=D0=B5=D0=B4=D0=BE=D1=81=D1=82=D0=B0=D0=B2=D0=BB=D0=B5=D0=BD=D0=BD=D0=BE=D0=B5?= x',
    ])
      expect(await isReport([...from('postmaster@far.example', `Subject: ${subject}`), '', 'No.']), subject).to.equal(true);
    expect(await isReport([...from('postmaster@far.example', 'Subject: Your account'), '', ...COPY])).to.equal(false);
  });
});
