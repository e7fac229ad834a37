// Servers without 8BITMIME get 8-bit mail encoded (RFC 6152 section 3): what becomes of each kind of part and field, and what is returned instead.
import { expect } from 'chai';
import { relayingHost } from '../relayingHost.js';
import { convert, isAscii } from './converted.js';

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** Octets in Latin-1, lines joined by CRLF. */
async function converted(...lines: readonly string[]): Promise<string> {
  const octets = await convert(Buffer.from(lines.join('\r\n'), 'latin1'));
  if (typeof octets !== 'string') expect(isAscii(octets)).to.equal(true);
  return typeof octets === 'string' ? octets : octets.toString('latin1');
}

describe('8-bit text for a server without 8BITMIME', () => {
  it('is encoded: quoted-printable where most of it is ASCII, base64 elsewhere (175)', async () => {
    const head = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', 'Subject: x', ''];
    expect(await converted(...head, `a = gr${utf8('ü')}n `, '.', 'end', '')).to.equal(
      [
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Subject: x',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'a =3D gr=C3=BCn=20',
        '.',
        'end',
        '',
      ].join('\r\n'),
    );
    expect(await converted(...head, utf8('Привет'), '')).to.include('Content-Transfer-Encoding: base64\r\n\r\n0J/RgNC40LLQtdGCDQo=\r\n');
    expect(await converted('Content-Type: image/png', '', '\x89PNG and text')).to.include(
      'MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORyBhbmQgdGV4dA==',
    );
  });

  it('is told to be encoded where nothing was said of MIME', async () => {
    expect(await converted('Subject: old', '', 'na\xefve', '')).to.equal(
      'Subject: old\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nna=EFve\r\n',
    );
  });

  it('is encoded part by part, down to messages in messages, and nothing around it is', async () => {
    const inner = ['Subject: inner', 'Content-Type: text/plain', 'Content-Transfer-Encoding: 8bit', '', 'sch\xf6n'];
    const parts = [
      'Content-Type: multipart/mixed; boundary="a b"',
      'Content-Transfer-Encoding: 8bit',
      '',
      'F\xfcr alte Programme',
      '--a b',
      '',
      'plain',
      '--a b',
      'Content-Type: message/rfc822',
      'Content-Transfer-Encoding: 8bit',
      '',
      ...inner,
      '--a b--',
      'Ende \xfc',
    ];
    expect(await converted(...parts)).to.equal(
      [
        'Content-Type: multipart/mixed; boundary="a b"',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: 7bit',
        '',
        'F?r alte Programme',
        '--a b',
        '',
        'plain',
        '--a b',
        'Content-Type: message/rfc822',
        'Content-Transfer-Encoding: 7bit',
        '',
        'Subject: inner',
        'Content-Type: text/plain',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'sch=F6n',
        '--a b--',
        'Ende ?',
      ].join('\r\n'),
    );
  });

  it('is mended where it is encoded already, and not all of it', async () => {
    const quoted = 'Content-Transfer-Encoding: quoted-printable';
    expect(await converted(quoted, '', '=C3=BC and \xfc=', 'on', '')).to.include('\r\n\r\n=C3=BC and =FC=\r\non\r\n');
    expect(await converted('Content-Transfer-Encoding: base64', '', 'QU\xa0JD', '')).to.include('\r\n\r\nQUJD\r\n');
  });

  it('gets no line that is too long, and loses none', async () => {
    const text = await converted('Subject: x', '', `${'\xfc'.repeat(50)}${'y'.repeat(3_000)}`, '');
    const body = text.slice(text.indexOf('\r\n\r\n') + 4);
    expect(Math.max(...body.split('\r\n').map((line) => line.length))).to.be.at.most(76);
    expect(body.replaceAll('=\r\n', '')).to.equal(`${'=FC'.repeat(50)}${'y'.repeat(3_000)}\r\n`);
  });

  it('in a header becomes what RFC 2047 and 2231 have for it', async () => {
    const text = await converted(
      `Subject: Plan =?utf-8?Q?f=C3=BCr?= ${utf8('März und April')} 2026`,
      `From: "${utf8('Groß, Jürgen')}" (${utf8('Büro')} Nord) <j@${utf8('bücher')}.example>`,
      `To: team ${utf8('Süd')}: ${utf8('Ö')}l <o@far.example>, "Bob" <bob@far.example>;`,
      'Message-ID: <\xfc@x>',
      `Content-Type: application/pdf; name="${utf8('Übersicht \\"1\\".pdf')}"`,
      '',
      'x',
    );
    expect(text.slice(0, text.indexOf('\r\n\r\n')).split(/\r\n(?! )/)).to.deep.equal([
      'Subject: Plan =?utf-8?Q?f=C3=BCr?= =?utf-8?Q?_M=C3=A4rz?= und April 2026',
      'From: =?utf-8?Q?Gro=C3=9F=2C_J=C3=BCrgen?= (=?utf-8?Q?B=C3=BCro?= Nord) <j@xn--bcher-kva.example>',
      'To: team =?utf-8?Q?S=C3=BCd?=: =?utf-8?B?w5Zs?= <o@far.example>, "Bob" <bob@far.example>;',
      'Message-ID: <?@x>',
      "Content-Type: application/pdf;\r\n name*=utf-8''%C3%9Cbersicht%20%221%22.pdf",
    ]);
  });

  it('in a header is in the charset of the text, where it is no UTF-8', async () => {
    expect(await converted('Subject: \xcf\xf0\xe8', '', 'x')).to.include('Subject: =?unknown-8bit?B?z/Do?=\r\n');
    expect(await converted('Subject: \xcf\xf0\xe8', 'Content-Type: text/plain; charset=windows-1251', '', 'x')).to.include(
      'Subject: =?windows-1251?B?z/Do?=\r\n',
    );
  });

  it('8-bit mail for a 7-bit server is returned where a signature would break, or nothing else can stand in its place (176)', async () => {
    const signed = (text: string): readonly string[] => [
      'Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"',
      '',
      '--s',
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
      '--s',
      'Content-Type: application/pgp-signature',
      '',
      'iQ==',
      '--s--',
      '',
    ];
    expect(await converted(`Subject: ${utf8('für')}`, ...signed(utf8('Grüße')))).to.match(/^5\.6\.3 .* It is signed, and .*unsigned\.$/);
    const header = await converted(`Subject: ${utf8('für')}`, ...signed('hello'));
    expect(header, 'what is not signed is converted').to.equal(['Subject: =?utf-8?Q?f=C3=BCr?=', ...signed('hello')].join('\r\n'));
    expect(await converted('To: j\xfcrgen@far.example', '', 'x')).to.match(/^5\.6\.7 .*international address/);
    expect(await converted('Content-Transfer-Encoding: x-uuencode', '', '\xfc')).to.match(/^5\.6\.3 .*x-uuencode/);
    expect(await converted('Content-Type: multipart/mixed', '', '\xfc')).to.match(/^5\.6\.3 .*where its parts begin/);
    expect(await converted('Content-Type: message/partial', '', '\xfc')).to.match(/^5\.6\.3 .*message\/partial/);
    expect(await converted(`X: ${'\xfc'.repeat(300_000)}`, '', 'x')).to.match(/^5\.6\.3 .*too long/);
  });
});

describe('relaying 8-bit text', () => {
  const at = relayingHost();
  const octets = Buffer.from('Subject: x\r\n\r\nGr\xfc\xdfe\r\n', 'latin1');
  const content = async function* (): AsyncIterable<Uint8Array> {
    yield octets;
  };

  it('sends the encoded form with its own size, and the octets as they are where 8BITMIME is offered', async () => {
    await at.connectTo({ extensions: ['AUTH PLAIN', 'SIZE 1000'] });
    expect(await at.one({ content, size: octets.length })).to.include({ outcome: 'delivered' });
    const sent = at.isp.messages[0] ?? '';
    expect(sent).to.match(/\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n$/);
    expect(at.isp.commands.find((line) => line.startsWith('MAIL'))).to.equal(`MAIL FROM:<mail@company.com> SIZE=${sent.length}`);
    await at.renew({ extensions: ['AUTH PLAIN', '8BITMIME'] });
    await at.one({ content, size: octets.length });
    expect(at.isp.messages[1]).to.equal(octets.toString('latin1'));
  });

  it('returns what is too large only when it is encoded', async () => {
    await at.connectTo({ extensions: ['AUTH PLAIN', `SIZE ${octets.length}`] });
    expect(await at.one({ content, size: octets.length })).to.include({ outcome: 'failed', status: '5.3.4' });
  });
});
