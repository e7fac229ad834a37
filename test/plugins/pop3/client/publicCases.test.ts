// Servers of public reports, as `../shared/cases` has them: what stands there literally is read from there, the rest is played by the folder's name.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { playedCase } from '../../../kit/publicCases.js';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';
import { multiline } from '../support/scriptedServer.js';
import { until } from '../support/servedHost.js';

interface Transcript {
  /** The server's line behind each command that stands alone on its line; `CONNECT` for the greeting. */
  readonly answers: ReadonlyMap<string, string>;
  /** Octets of the messages by LIST, where they are told. */
  readonly sizes: readonly number[];
}

/** `folder`: of a case. */
function transcript(folder: string): Transcript {
  const answers = new Map<string, string>();
  let asked = 'CONNECT';
  const text = readFileSync(path.join(folder, 'input.transcript'), 'utf8');
  for (const line of text.split('\n')) {
    const [, side, said = ''] = /^([CS]): (.*)$/.exec(line.trimEnd()) ?? [];
    if (side === 'C') asked = said.split(' ')[0] ?? '';
    else if (side === 'S' && /^[+-][A-Z]/.test(said) && !said.includes(' / ') && !answers.has(asked)) answers.set(asked, `${said}\r\n`);
  }
  const listed = /^C: LIST -> (.*)$/m.exec(text)?.[1] ?? '';
  return { answers, sizes: listed.split(', ').flatMap((entry) => (entry === '' ? [] : [Number(entry.split(' ')[1])])) };
}

/** A message of exactly so many octets. */
function ofSize(size: number, to: string): string {
  const head = `From: olga@out.example\r\nTo: ${to}@works.example\r\nSubject: for ${to}\r\n\r\n`;
  return `${head}${'x'.repeat(size - head.length - 2)}\r\n`;
}

type Play = (at: CollectingHost, said: Transcript) => Promise<void>;

/** Lets the reply time run out when the command has come in the given session. */
async function stalling(at: CollectingHost, command: string, session: number): Promise<readonly string[]> {
  const round = at.round();
  await until(() => at.isp.sessions[session - 1]?.commands.at(-1) === command);
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  at.host.clock.skip(61_000);
  return codes(await round);
}

const damagedEnd =
  (damage: (text: string) => string): Play =>
  async (at, { sizes: [one = 0, two = 0] }) => {
    at.isp.put(ofSize(one, 'lisa'), ofSize(two, 'john'));
    const isThere = (): boolean => at.isp.messages.some(({ uidl }) => uidl === 'id1');
    at.isp.script = (command) => (command === 'RETR 1' && isThere() ? `+OK\r\n${damage(ofSize(one, 'lisa'))}` : undefined);
    await stalling(at, 'RETR 1', 2);
    expect(at.intake.accepted.map(({ from, text }) => [from.uidl, text])).to.deep.equal([['id2', ofSize(two, 'john')]]);
    expect(isThere()).to.equal(true);
  };

const refusedLists =
  (answers: (said: Transcript) => ReadonlyMap<string, string>, text: string): Play =>
  async (at, said) => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) => answers(said).get(command);
    const report = await at.round();
    expect(report.failed.map(({ code, uidl }) => [code, uidl])).to.deep.equal([['isp/temporary', undefined]]);
    expect(report.failed[0]?.message).to.include(text);
    expect(at.journal.listings).to.deep.equal([]);
  };

const quietQuit =
  (count: number, answer: 'cut' | { readonly last: string }, state: string | undefined): Play =>
  async (at) => {
    at.isp.put(...['one', 'two'].slice(0, count).map(mail));
    at.isp.script = (command) => {
      if (command !== 'QUIT') return undefined;
      at.isp.messages = [];
      return answer;
    };
    for (const stored of [count, 0]) expect(await at.round()).to.deep.equal({ fetched: stored, stored, duplicates: 0, failed: [] });
    expect(at.journal.stateOf('id1')).to.equal(state);
  };

const withLf = (octets: Buffer): Buffer => Buffer.from(octets.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

const PLAYS: Readonly<Record<string, Readonly<Record<string, Play>>>> = {
  '020-pipelined-message-without-its-end': {
    a: damagedEnd((text) => `${text.slice(0, -2)}.\r\n`),
    b: damagedEnd((text) => `${text}.\r`),
  },
  '026-nothing-behind-retr': {
    a: async (at, { sizes }) => {
      at.isp.put(...sizes.map((size) => ofSize(size, 'lisa')));
      at.isp.script = (command) => (command.startsWith('RETR') ? multiline(Buffer.alloc(0)) : undefined);
      const report = await at.round();
      expect(report).to.include({ fetched: 0, stored: 0, duplicates: 0 });
      expect(report.failed.map(({ uidl }) => uidl)).to.deep.equal(['id1', 'id2']);
      expect(at.isp.messages).to.have.length(2);
    },
  },
  '027-refused-lists-look-like-no-mail': {
    a: refusedLists(({ answers }) => answers, 'Mailbox index broken'),
    b: refusedLists(
      () => new Map(['STAT', 'LIST', 'UIDL'].map((command) => [command, '-ERR [SYS/TEMP] the index is being rebuilt\r\n'])),
      'the index is being rebuilt',
    ),
    c: refusedLists(
      ({ answers }) => new Map([...answers, ...['LIST', 'UIDL'].map((command) => [command, '+OK\r\n.\r\n'] as const)]),
      '2 message(s)',
    ),
  },
  '029-quit-without-an-answer': {
    a: quietQuit(2, 'cut', 'stored'),
    b: quietQuit(2, { last: '+OK' }, 'gone'),
    c: quietQuit(0, 'cut', undefined),
  },
  '032-server-that-ends-lines-with-lf': {
    a: async (at) => {
      at.isp.put(mail('hello'));
      at.isp.onTheLine = withLf;
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.deep.equal([withLf(Buffer.from(mail('hello'))).toString()]);
    },
    b: async (at) => {
      at.isp.put(mail('hello'));
      at.isp.onTheLine = (octets) => (octets.includes('Subject') ? withLf(octets) : octets);
      at.isp.script = (command) => (command === 'RETR 1' ? `+OK\r\n${mail('hello').replaceAll('\r\n', '\n')}.\n` : undefined);
      expect(await stalling(at, 'RETR 1', 1)).to.deep.equal(['isp/protocol']);
    },
  },
  '033-status-with-a-colon': {
    a: async (at, { answers }) => {
      at.isp.user = 'mail';
      at.isp.greeting = answers.get('CONNECT');
      at.isp.put(mail('one'), mail('two'));
      at.isp.script = (command) => answers.get(command.split(' ')[0] ?? '');
      expect((await at.round()).failed).to.deep.equal([]);
      expect(at.intake.texts).to.have.length(2);
    },
    b: async (at) => {
      at.isp.greeting = '+OKready\r\n';
      expect(codes(await at.round())).to.deep.equal(['isp/protocol']);
    },
    c: async (at) => {
      at.isp.script = (command) => (command.startsWith('PASS') ? '-ERR[IN-USE] busy\r\n' : undefined);
      expect(codes(await at.round())).to.deep.equal(['isp/in-use']);
    },
    d: async (at) => {
      at.isp.script = (command) => (command.startsWith('PASS') ? '-ERR: no such mailbox\r\n' : undefined);
      const { failed } = await at.round();
      expect(failed).to.have.length(1);
      expect(failed[0]?.message).to.include('"no such mailbox"');
    },
  },
};

describeReading('POP3 client and servers of public reports', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

  for (const [folder, variants] of Object.entries(PLAYS)) {
    for (const [variant, play] of Object.entries(variants)) {
      it(`does what case ${folder} expects, variant ${variant}`, async function () {
        await play(at, transcript(playedCase(folder.slice(0, 3), this)));
      });
    }
  }
});
