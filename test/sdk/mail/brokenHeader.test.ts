// Headers as hosts hand them out: what is read of them, and what a mail program gets that stops at the first line which is no field.

import { EditedOctets } from '@postroom/sdk/base';
import { editsOf, readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { expectLinear } from '../../kit/linear.js';

const BOM = '\xef\xbb\xbf';
const TRACE = 'Received: from out.example\r\n\tby mx.isp.example; Fri, 20 Nov 2026 12:00:00 +0100\r\n';
const REST = 'From: Olga <olga@out.example>\r\nSubject: Case\r\nDate: Fri, 20 Nov 2026 12:00:00 +0100\r\n';
const ALL = ['Received', 'To', 'From', 'Subject', 'Date'];

interface Shown {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** The copy's header and body as the strictest program reads them. */
function strictly(copy: string): Shown {
  const fields: [string, string][] = [];
  const lines = copy.split(/(?<=\r\n)/);
  let at = 0;
  for (; at < lines.length && lines[at] !== '\r\n'; at += 1) {
    const line = lines[at] ?? '';
    const [, name = '', value = ''] = /^([!-9;-~]+):[ \t]*(.*)\r\n$/.exec(line) ?? [];
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) last[1] = `${last[1]} ${line.trim()}`.trim();
    else if (name === '') break;
    else fields.push([name, value]);
  }
  return { fields, body: lines.slice(lines[at] === '\r\n' ? at + 1 : at).join('') };
}

/** What a mail program gets of the message, without this server's own lines on top. */
function copyOf(text: string, concealed: readonly number[] = []): string {
  const octets = Buffer.from(text, 'latin1');
  const edited = new EditedOctets(editsOf(readHeader(octets), concealed));
  return Buffer.concat([...edited.take(octets), ...edited.end()]).toString('latin1');
}

function namesIn(text: string): readonly string[] {
  return readHeader(Buffer.from(text, 'latin1')).fields.map(({ name }) => name);
}

function valueIn(text: string, name: string): string | undefined {
  return readHeader(Buffer.from(text, 'latin1')).first(name)?.value;
}

describe('a broken header', () => {
  const WELL = `${TRACE}To: lisa@works.example\r\n${REST}\r\nHello.\r\n`;
  const wholeHeaders: readonly (readonly [what: string, text: string])[] = [
    ['a byte order mark in front', BOM + WELL],
    ['two of them', BOM + BOM + WELL],
    ['one behind the line of an mbox file', `From olga@out.example Fri Nov 20 12:00:00 2026\r\n${BOM}${WELL}`],
    ['one before it', `${BOM}From olga@out.example Fri Nov 20 12:00:00 2026\r\n${WELL}`],
    ['an empty line in front', `\r\n${WELL}`],
    ['several, with blanks and a byte order mark', ` \r\n${BOM}\r\n\r\n\t\r\n${WELL}`],
    ['blanks before the first field', `  ${WELL}`],
    ['a zero-width space in front', `\xe2\x80\x8b${WELL}`],
    ['a byte order mark below the lines of the ISP', `${TRACE}${BOM}To: lisa@works.example\r\n${REST}\r\nHello.\r\n`],
    ['a first line that is none', `+OK 400 octets\r\n${WELL}`],
    ['a first line that is none, with a continuation', `eceived: (x) of\r\n\ty\r\n${WELL}`.replace('eceived:', 'e ceived')],
  ];
  for (const [what, text] of wholeHeaders)
    it(`is read as if there were not ${what}, and given out so`, () => {
      expect(namesIn(text)).to.deep.equal(ALL);
      const { fields, body } = strictly(copyOf(text));
      expect(fields.map(([name]) => name).filter((name) => name !== 'X-Postroom-Damaged-Line')).to.deep.equal(ALL);
      expect(body).to.equal('Hello.\r\n');
    });

  const between: readonly (readonly [what: string, lines: string])[] = [
    ['a field whose name has spaces', 'X Spam Report: none\r\n'],
    ['one with a continuation', 'X Spam Report: none,\r\n\ttests=0\r\n'],
    ['two of them', 'X Spam Report: none,\r\n\ttests=0\r\nX Spam Score: 0\r\n'],
    ['a line without a colon', 'no colon here\r\n'],
    ['many lines without a colon', 'no colon here\r\n'.repeat(20)],
    ['a report whose lines lost their white space', `X-Spam-Report:\r\n${'* 0.0 TEST what it tried\r\n'.repeat(12)}X-Spam-Level: *\r\n`],
    ['a line of mbox files', '>From olga@out.example Fri Nov 20 12:00:00 2026\r\n'],
    ['octets that are no text', '\x80\x81\xff:\r\n'],
  ];
  for (const [what, lines] of between)
    it(`is read past ${what}, and given out so that every program reads past it`, () => {
      const text = `${TRACE}${lines}To: lisa@works.example\r\n${REST}\r\nHello.\r\n`;
      expect(namesIn(text).filter((name) => !name.startsWith('X-Spam'))).to.deep.equal(ALL);
      const { fields, body } = strictly(copyOf(text));
      expect(fields.map(([name]) => name).filter((name) => !name.startsWith('X-'))).to.deep.equal(ALL);
      expect(body).to.equal('Hello.\r\n');
      // Nothing is thrown away.
      for (const line of lines.split('\r\n').filter((each) => each !== '')) expect(copyOf(text)).to.include(line.trim());
    });

  it('keeps together what was wrapped without white space', () => {
    const subject = 'Subject: The minutes of the meeting\r\nof last week, and what\r\nwe have to do\r\n';
    const text = `${TRACE}From: olga@out.example\r\n${subject}To: lisa@works.example\r\nDate: x\r\n\r\nHello.\r\n`;
    expect(valueIn(text, 'Subject')).to.equal('The minutes of the meeting of last week, and what we have to do');
    const { fields } = strictly(copyOf(text));
    expect(fields.find(([name]) => name === 'Subject')?.[1]).to.equal(valueIn(text, 'Subject'));
    expect(fields.map(([name]) => name)).to.deep.equal(['Received', 'From', 'Subject', 'To', 'Date']);

    const wrapped = (field: string): string => `${TRACE}${field}${REST}\r\nHello.\r\n`;
    const encoded = wrapped('Thread-Topic: =?utf-8?Q?The_minutes?=\r\n=?utf-8?Q?_of:_the_meeting?=\r\n');
    expect(valueIn(encoded, 'Thread-Topic')).to.equal('The minutes of: the meeting');
    expect(valueIn(wrapped('To: lisa@works.example,\r\njohn@works.example\r\n'), 'To')).to.equal('lisa@works.example, john@works.example');
    expect(valueIn(wrapped('Content-Type: multipart/mixed;\r\nboundary="b"\r\n'), 'Content-Type')).to.equal(
      'multipart/mixed; boundary="b"',
    );
    expect(valueIn(wrapped('References: <a@b.example>\r\n<c@d.example>\r\n'), 'References')).to.equal('<a@b.example> <c@d.example>');
  });

  it('adds nothing to a field that a host wrote: the line below the last one is the sender’s', () => {
    for (const line of ['for <lisa@works.example>', ', lisa@works.example', 'by evil.example for <lisa@works.example>;']) {
      const text = `X-Original-To: post@works.example\r\nReceived: from x by mx.isp.example;\r\n${line}\r\nTo: a@b.example\r\n${REST}\r\n`;
      expect(valueIn(text, 'Received')).to.equal('from x by mx.isp.example;');
      const below = `X-Original-To: post@works.example\r\n${line}\r\n${TRACE}${REST}\r\n`;
      expect(valueIn(below, 'X-Original-To')).to.equal('post@works.example');
    }
  });

  it('hides what a concealed field was wrapped into', () => {
    const text = `From: a@b.example\r\nBcc: greg@works.example,\r\njohn@works.example\r\nTo: lisa@works.example\r\nDate: x\r\n\r\nHello.\r\n`;
    expect(copyOf(text, [1])).to.equal('From: a@b.example\r\nTo: lisa@works.example\r\nDate: x\r\n\r\nHello.\r\n');
  });
});

describe('a body without an empty line before it', () => {
  const bodies: readonly string[] = [
    'Dear all,\r\nhow are you: fine\r\n\r\nOlga\r\n',
    'Dear all,\r\nNote: bring cake\r\nBye\r\n\r\nOlga\r\n',
    'Dear all,\r\nwhat he wrote:\r\nFrom: Greg <greg@far.example>\r\nTo: lisa@works.example\r\nSubject: x\r\n\r\nOlga\r\n',
    '--border\r\nContent-Type: text/plain\r\n\r\nHello.\r\n--border--\r\n',
    '-----Original Message-----\r\nFrom: Greg <greg@far.example>\r\nTo: lisa@works.example\r\n\r\nHello.\r\n',
    'http://www.out.example/\r\n\r\nHello.\r\n',
    `${'a line of text\r\n'.repeat(150)}Content-Type: text/plain\r\n\r\nHello.\r\n`,
    'Hello.\r\n',
  ];
  for (const body of bodies)
    it(`is given out whole: ${JSON.stringify(body.slice(0, 40))}`, () => {
      const text = `${TRACE}To: greg@works.example\r\n${REST}${body}`;
      expect(namesIn(text)).to.deep.equal(ALL);
      expect(strictly(copyOf(text))).to.deep.include({ body });
    });

  it('is told from the rest of a Subject where it has to be Base64', () => {
    const head = `${TRACE}From: a@b.example\r\nDate: x\r\nContent-Transfer-Encoding: base64\r\nSubject: The minutes\r\n`;
    const text = `${head}of last week\r\n\r\nSGVsbG8=\r\n`;
    expect(valueIn(text, 'Subject')).to.equal('The minutes of last week');
    expect(strictly(copyOf(text)).body).to.equal('SGVsbG8=\r\n');
    expect(strictly(copyOf(`${head}SGVsbG8=\r\n`)).body).to.equal('SGVsbG8=\r\n');
  });

  it('stays as it is where there is no header at all', () => {
    for (const text of [
      'Hello there,\r\nthis is all.\r\n',
      'Hello lisa,\r\nTo: lisa@works.example is your address\r\n\r\nmore\r\n',
      `${BOM}Hello there\r\n\r\nmore\r\n`,
      'From here on we write letters\r\n\r\nand more\r\n',
      'Dear all,\r\nhere is what he wrote:\r\nFrom: greg@far.example\r\nTo: lisa@works.example\r\nDate: x\r\n\r\n',
      '\r\nNote: this is text\r\n\r\n',
    ]) {
      expect(namesIn(text), text).to.deep.equal([]);
      expect(copyOf(text)).to.equal(text);
    }
  });
});

describe('what is read again', () => {
  it('is the same, of the stored header alone', () => {
    for (const text of [
      `${BOM}${TRACE}broken\r\nTo: a@b.example\r\n${REST}text\r\n\r\nmore`,
      `${TRACE}X Y: z\r\n\tw\r\n${REST}\r\nbody`,
      `\r\n\r\n${TRACE}${REST}\r\nbody`,
    ]) {
      const octets = Buffer.from(text, 'latin1');
      const header = readHeader(octets);
      const again = readHeader(octets.subarray(0, header.size));
      expect(again.mends).to.deep.equal(header.mends);
      expect(again.fields.map(({ start, end }) => [start, end])).to.deep.equal(header.fields.map(({ start, end }) => [start, end]));
    }
  });
});

describe('reading a broken header', () => {
  for (const piece of ['a\r\n', 'a\r\nX-A: b\r\n', 'a b: c\r\n\td\r\nTo: x\r\n', BOM, '\r\n', 'Subject: a\r\nb\r\n'])
    it(`takes linear time for ${JSON.stringify(piece)}`, () =>
      expectLinear(piece, 256 * 1024, (octets) => readHeader(octets).fields.length)).timeout(120_000);
});
