// The command sequences of two mail programs that cannot be scripted here, replayed over real sockets. Each file of test/fixtures/transcripts
// says where its sequence is from: none is a recording.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { letter } from '../kit/letter.js';
import { Postroom } from '../kit/postroom.js';
import { PASSWORD } from '../kit/quickPasswords.js';
import { ROOT } from '../kit/sourceFiles.js';
import { RawClient } from './pop3/support/rawClient.js';
import { LineClient } from './smtp/lineClient.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const VALUES: Readonly<Record<string, string>> = {
  user: 'lisa',
  password: PASSWORD,
  address: 'lisa@works.example',
  other: 'john@works.example',
  plain: base64(`\0lisa\0${PASSWORD}`),
  user64: base64('lisa'),
  password64: base64(PASSWORD),
};

/** What a transcript needs of a client's end. */
interface Speaker {
  send(line: string): void;
  /** The next line (POP3) or whole reply (SMTP). */
  answer(): Promise<string>;
  lines(): Promise<string>;
  secure(): Promise<void>;
  ended(): Promise<string>;
}

function pop3Speaker(client: RawClient): Speaker {
  return {
    send: (line) => client.send(Buffer.from(`${line}\r\n`)),
    answer: () => client.line(),
    lines: () => client.multiline(),
    secure: () => client.secure(),
    ended: () => client.rest(),
  };
}

function smtpSpeaker(client: LineClient): Speaker {
  let greeting: string | undefined = client.greeting;
  return {
    send: (line) => client.write(`${line}\r\n`),
    answer: async () => {
      const first = greeting;
      greeting = undefined;
      return first ?? client.reply();
    },
    lines: () => client.reply(),
    secure: () => client.secure(),
    ended: () => client.ended(),
  };
}

async function replay(lines: readonly string[], speaker: Speaker): Promise<void> {
  for (const [at, line] of lines.entries()) {
    const where = `line ${at + 1}: ${line}`;
    if (line.startsWith('C: ')) speaker.send(line.slice(3).replaceAll(/\{(\w+)\}/g, (_, name: string) => VALUES[name] ?? ''));
    else if (line.startsWith('S: ')) expect(await speaker.answer(), where).to.match(new RegExp(line.slice(3)));
    else if (line.startsWith('S*'))
      expect((await speaker.lines()).replaceAll('\r\n', '\n'), where).to.match(new RegExp(line.slice(3), 'm'));
    else if (line === 'TLS') await speaker.secure();
    else if (line === 'END') expect(await speaker.ended(), where).to.equal('');
  }
}

describe('transcripts of mail programs', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let postroom: Postroom;
  beforeEach(async () => {
    const ports = ['starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security }));
    postroom = await Postroom.start({
      settings: { 'pop3.listen': ports, 'smtp.listen': ports, 'smtp.trustedNetworks': [], 'pop3.plaintextNetworks': [] },
    });
    for (const body of ['one', '.two']) postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', body }));
    await postroom.round();
  });
  afterEach(() => postroom.stop());

  async function play(name: string, protocol: 'pop3' | 'smtp'): Promise<void> {
    const lines = readFileSync(path.join(ROOT, 'test', 'fixtures', 'transcripts', `${name}.txt`), 'utf8').split('\n');
    const tls = lines.includes('IMPLICIT');
    const security = tls ? 'tls' : 'starttls';
    const port = postroom.service(Ports).ports.find((each) => each.protocol === protocol && each.security === security)?.port ?? 0;
    if (protocol === 'pop3') {
      const client = tls ? await RawClient.connectTls(port) : await RawClient.connect(port);
      await replay(lines, pop3Speaker(client));
      client.destroy();
    } else {
      const client = await LineClient.open(port, tls ? 'tls' : 'plain');
      await replay(lines, smtpSpeaker(client));
      client.close();
    }
  }

  /** How many of the two messages are left to lisa. */
  async function left(): Promise<number> {
    const mailboxes = await postroom.run<readonly { user: string; messages: number }[]>('mailboxes.list');
    return mailboxes.find(({ user }) => user === 'lisa')?.messages ?? 0;
  }

  const readings: readonly (readonly [what: string, transcript: string, left: number])[] = [
    ['Thunderbird picks mail up by STLS and deletes what is old', 'thunderbird-pop3', 1],
    ['Thunderbird looks at headers on the TLS port and deletes nothing', 'thunderbird-headers', 2],
    ['an older Thunderbird asks AUTH for mechanisms and picks everything up', 'thunderbird-older', 0],
    ['Outlook picks mail up on the TLS port and deletes it', 'outlook-pop3', 0],
    ['Outlook picks mail up by STLS and deletes what is old', 'outlook-leave', 1],
  ];
  for (const [what, transcript, messages] of readings) {
    it(what, async () => {
      await play(transcript, 'pop3');
      expect(await left()).to.equal(messages);
    });
  }

  it('Thunderbird sends by STARTTLS, with dots and 8-bit text', async () => {
    await play('thunderbird-smtp', 'smtp');
    const shown = JSON.stringify(await postroom.run('mailboxes.show', { mailbox: 'john' }));
    expect(shown).to.include('from Thunderbird');
  });

  it('Outlook sends on the TLS port by AUTH LOGIN', async () => {
    await play('outlook-smtp', 'smtp');
    expect(JSON.stringify(await postroom.run('mailboxes.show', { mailbox: 'john' }))).to.include('from Outlook');
  });
});
