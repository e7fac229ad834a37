// Questions of plugins in the setup: how each is asked, and what becomes of the answers.
import '#core/base/injection.js';
import type { RunCommand } from '@postroom/sdk/services';
import { expect } from 'chai';
import { askContributed, askUserNames, proposalsFor, withWords } from '#plugins/platform/setup/dist/contributedQuestions.js';
import type { OfferedQuestion } from '#plugins/platform/setup/dist/offeredQuestions.js';
import { Answers } from './setupDesk.js';

const ASKED: OfferedQuestion = { key: 'x.text', scope: 'server', question: 'What?', schema: { type: 'string', default: '' } };
const run: RunCommand = async () => undefined;

describe('a question that a plugin contributes', () => {
  const ask = async (
    question: Partial<OfferedQuestion>,
    answers: readonly string[],
    known: { readonly present?: Readonly<Record<string, unknown>>; readonly proposal?: string; readonly run?: RunCommand } = {},
  ): Promise<{ readonly values: object; readonly dialogue: Answers }> => {
    const dialogue = new Answers(answers.map((answer) => [/./, answer]));
    const context = { present: {}, run, ...known, proposal: known.proposal };
    return { values: await askContributed(dialogue, { ...ASKED, ...question }, context), dialogue };
  };

  it('is answered as the schema of the property wants it, and asked again until it is', async () => {
    const pattern = { type: 'string', pattern: '^[a-z]+$', patternErrorMessage: 'Small letters.' };
    const text = await ask({ schema: pattern, introduction: 'Listen:' }, ['A', 'a']);
    expect(text.values).to.deep.equal({ 'x.text': 'a' });
    expect(text.dialogue.said).to.equal('\nListen:\nSmall letters.\n');
    const refused = await ask({ schema: pattern, refusal: 'No.' }, ['A', 'a']);
    expect(refused.dialogue.said).to.equal('No.\n');
    const number = await ask({ schema: { type: 'integer', minimum: 1 } }, ['often', '0', '7']);
    expect(number.values).to.deep.equal({ 'x.text': 7 });
    expect(number.dialogue.said).to.equal('A whole number.\nIt must be >= 1.\n');
    expect((await ask({ schema: { enum: ['tls', 'plain'] } }, ['TLS'])).values).to.deep.equal({ 'x.text': 'tls' });
    expect((await ask({}, ['12'])).values, 'a text that looks like a number').to.deep.equal({ 'x.text': '12' });
  });

  it('proposes what is set, else what the manifest proposes, else the default', async () => {
    const asked = async (...known: Parameters<typeof ask>): Promise<readonly string[]> => (await ask(...known)).dialogue.asked;
    expect(await asked({}, [], { present: { 'x.text': 'set' }, proposal: 'proposed' })).to.deep.equal(['What? [set]']);
    expect(await asked({}, [], { present: { 'x.text': '' }, proposal: 'proposed' })).to.deep.equal(['What? [proposed]']);
    expect(await asked({ schema: { type: 'integer', default: 5 } }, [])).to.deep.equal(['What? [5]']);
  });

  it('may be skipped where its manifest says so, with a word about it', async () => {
    const skipped = await ask({ skipped: 'Later, then.', schema: { type: 'string', minLength: 1 } }, []);
    expect(skipped.values).to.deep.equal({});
    expect(skipped.dialogue.said).to.equal('Later, then.\n');
  });

  it('takes a host with its port apart, and proposes them together', async () => {
    const host = { portProperty: 'x.port' };
    expect((await ask(host, ['mail.isp.example:1110'])).values).to.deep.equal({ 'x.text': 'mail.isp.example', 'x.port': 1110 });
    expect((await ask(host, ['mail.isp.example'])).values).to.deep.equal({ 'x.text': 'mail.isp.example' });
    const { values, dialogue } = await ask(host, [], { present: { 'x.text': 'a.example', 'x.port': 99 } });
    expect(dialogue.asked).to.deep.equal(['What? [a.example:99]']);
    expect(values).to.deep.equal({ 'x.text': 'a.example', 'x.port': 99 });
    expect((await ask(host, ['no host', 'a:70000', 'a'])).dialogue.said).to.match(/^(A host name as in .*\n){2}$/);
  });

  it('is read by the command that the manifest names, which may remark on it or want another', async () => {
    const calls: unknown[] = [];
    const reading: RunCommand = async (command, args) => {
      calls.push([command, args]);
      return args['answer'] === 'bad' ? { problem: 'Not that.' } : { value: [args['answer']], remark: 'Well said.' };
    };
    const { values, dialogue } = await ask({ command: 'x.read' }, ['bad', 'good'], { run: reading });
    expect(values).to.deep.equal({ 'x.text': ['good'] });
    expect(dialogue.said).to.equal('Not that.\nWell said.\n');
    expect(calls).to.deep.equal([
      ['x.read', { answer: 'bad' }],
      ['x.read', { answer: 'good' }],
    ]);
  });

  it('about users takes the names of those who are there', async () => {
    const dialogue = new Answers([
      [/./, 'andrwe'],
      [/./, 'Andrew, de la Cruz'],
    ]);
    expect(await askUserNames(dialogue, ASKED, ['andrew', 'de la Cruz'])).to.deep.equal({ 'x.text': ['Andrew', 'de la Cruz'] });
    expect(dialogue.said).to.equal('There is no user andrwe yet: one or more of andrew, de la Cruz. Did you mean "andrew"?\n');
    expect(await askUserNames(new Answers([]), ASKED, ['andrew'])).to.deep.equal({});
  });

  it('speaks of the user and of the address that it is about', () => {
    const question = withWords(
      { ...ASKED, question: "Who gets {user}'s mail (of {users}, {else})?" },
      { user: 'greg', users: 'andrew, lisa' },
    );
    expect(question.question).to.equal("Who gets greg's mail (of andrew, lisa, {else})?");
    const proposing: OfferedQuestion = { ...ASKED, scope: 'account', proposal: 'pop.{domain} for {local}' };
    expect(proposalsFor('Mail@company.example', [proposing, { ...proposing, key: 'x.server', scope: 'server' }])).to.deep.equal({
      'x.text': 'pop.company.example for Mail',
    });
  });
});
