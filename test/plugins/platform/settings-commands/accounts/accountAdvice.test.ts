// What the mail of an account says about its settings reaches people unasked: accounts.advice, which the wizards show, and the doctor.
import { expect } from 'chai';
import { letter } from '../../../../kit/letter.js';
import { Postroom } from '../../../../kit/postroom.js';

interface Advice {
  readonly command: string;
  readonly advice: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly set: string;
}
interface Finding {
  readonly check: string;
  readonly state: string;
  readonly text: string;
  readonly actions?: readonly { readonly command: string; readonly args: Readonly<Record<string, unknown>> }[];
}

describe('advice on an account', () => {
  let postroom: Postroom;
  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  const advice = (account = 'works'): Promise<readonly Advice[]> => postroom.run('accounts.advice', { account });
  const findings = async (logins = false): Promise<readonly Finding[]> =>
    (await postroom.run<readonly Finding[]>('doctor', { logins })).filter(({ check }) => check.startsWith('mail of '));
  const put = (...envelopes: readonly (readonly string[])[]): void => {
    for (const envelope of envelopes) postroom.isp.mailbox('post').put(letter({ to: 'list@out.example', envelope }));
  };
  const COMMAND = 'postroom accounts change works --set \'addressees.header="X-Copy-For"\'';

  it('names the field that the ISP writes and nobody reads, until it is set; the doctor tells it with the command', async () => {
    put(['X-Copy-For: lisa@works.example'], ['X-Copy-For: john@works.example']);
    await postroom.round();
    const [found] = await advice();
    expect(found).to.deep.include({ command: 'isp-domainpop.probe', changes: { 'addressees.header': 'X-Copy-For' }, set: COMMAND });
    const [finding] = await findings();
    expect(finding).to.include({ check: 'mail of works', state: 'warning' });
    expect(finding?.text).to.include('X-Copy-For names 2 different recipients in 2 of 2 messages').and.include(`Set it: ${COMMAND}`);
    const [action] = finding?.actions ?? [];
    await postroom.run(action?.command ?? '', action?.args ?? {});
    expect(await advice()).to.deep.equal([]);
    expect(await findings()).to.deep.equal([]);
  });

  it('says where a Bcc goes, once enough mail was seen in which nothing names the recipient', async () => {
    put(...Array.from({ length: 9 }, () => []));
    await postroom.round();
    expect(await findings(), 'too little to tell').to.deep.equal([]);
    put([]);
    await postroom.round();
    expect((await findings())[0]?.text).to.include(
      'in 10 messages: To and Cc decide, and Bcc goes to ADMIN1. Ask the ISP to write a field such as X-Original-To.',
    );
  });

  it('is none where the field is read anyway, and for accounts of another kind', async () => {
    put(['X-Original-To: lisa@works.example'], ['X-Original-To: john@works.example']);
    postroom.isp.mailbox('mail').put(letter({ to: 'Andrew <mail@company.example>' }));
    await postroom.round();
    expect([await advice(), await advice('company'), await findings()]).to.deep.equal([[], [], []]);
  });

  it('comes from what waits at the ISP, by the doctor only where it logs in', async () => {
    put(['X-Copy-For: lisa@works.example'], ['X-Copy-For: john@works.example']);
    expect(await findings()).to.deep.equal([]);
    expect((await findings(true))[0]?.text).to.include('X-Copy-For');
    expect(postroom.isp.mailbox('post').messages).to.have.length(2);
    expect(await postroom.refusal('accounts.advice', { account: 'nobody' })).to.include('There is no account "nobody"');
  });
});
