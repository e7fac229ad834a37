import { once } from 'node:events';
import path from 'node:path';
import { startTestHost, type TestHost, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { type FakeServer, SAMPLES, type WebRequest, webServer } from './fakes.js';

function letter(subject: string, ...more: readonly string[]): string {
  const head = ['Return-Path: <friend@far.example>', 'From: friend@far.example', 'To: Andrew <mail@company.example>'];
  return `${[...head, `Subject: ${subject}`, `Message-ID: <${subject.replace(/\W/g, '')}@far.example>`, ...more].join('\n')}\n\nHello\n`;
}

describe('the sample for holidays', () => {
  let host: TestHost;
  before(async () => {
    host = await startTestHost({ plugins: [path.join(SAMPLES, 'vacation')] });
    const set = ['vacation.text=I am away until Monday.', 'vacation.until=2026-11-09'];
    await host.run('users.change', { account: 'company', user: 'andrew', set });
  });
  after(() => host.stop());

  /** Waits for what goes out, by rounds: each sends what waits in the Outbox by then. */
  async function sentAfter(...letters: readonly string[]): Promise<number> {
    for (const each of letters) host.put(each);
    await host.round();
    return host.isp.outgoing.length;
  }

  it('answers a person, marked as automatic and with an empty envelope sender', async () => {
    host.put(letter('Lunch'));
    const received = new Promise<void>((resolve) => void host.isp.onDidReceive(() => resolve()));
    await host.round();
    let arrived = false;
    void received.then(() => {
      arrived = true;
    });
    // The answer waits in the Outbox when its commit is done; a round sends it.
    while (!arrived) await host.round();
    const [sent] = host.isp.outgoing;
    expect(sent)
      .to.include({ from: '' })
      .and.to.deep.include({ recipients: ['friend@far.example'] });
    const text = Buffer.from(sent?.octets ?? '').toString();
    expect(text).to.match(/^Auto-Submitted: auto-replied\r\n/m);
    expect(text).to.match(/^In-Reply-To: <Lunch@far\.example>\r\n/m);
    expect(text).to.match(/^From: "?andrew"? <mail@company\.example>\r\n/m);
    expect(Buffer.from(text.split('\r\n\r\n')[1] ?? '', 'base64').toString()).to.equal('I am away until Monday.');
  });

  it('answers nobody twice a week, no list, no automaton and no null sender', async () => {
    const before = host.isp.outgoing.length;
    const nobody = [
      letter('Again'),
      letter('Listed', 'List-Id: <list.far.example>'),
      letter('Robot', 'Auto-Submitted: auto-generated'),
      letter('Bulk', 'Precedence: bulk'),
      letter('Bounce').replace('<friend@far.example>', '<>'),
    ];
    await sentAfter(...nobody);
    expect((await host.messages('andrew')).length).to.equal(1 + nobody.length);
    expect(await sentAfter()).to.equal(before);
  });
});

describe('the sample that notifies', () => {
  let host: TestHost;
  let web: FakeServer;
  const told: WebRequest[] = [];
  const arrivals = new EventTarget();

  before(async () => {
    web = await webServer((request) => {
      told.push(request);
      arrivals.dispatchEvent(new Event('told'));
      return {};
    });
    host = await startTestHost({ plugins: [path.join(SAMPLES, 'notify')] });
    const set = [`notify.url=http://127.0.0.1:${web.port}/topic`];
    await host.run('users.change', { account: 'company', user: 'andrew', set });
    await host.run('plugins.allow', { plugin: 'sample.notify', yes: true });
  });
  after(async () => {
    await web.close();
    await host.stop();
  });

  it('tells ntfy the sender and the subject', async () => {
    host.put(letter('Lunch?'));
    const arrival = once(arrivals, 'told');
    await host.round();
    await arrival;
    expect(told[0]?.body.toString()).to.equal('Lunch?');
    expect(told[0]?.headers['title']).to.equal(`=?UTF-8?B?${Buffer.from('friend@far.example').toString('base64')}?=`);
  });

  it('tells a web hook by JSON', async () => {
    await host.run('users.change', { account: 'company', user: 'andrew', set: ['notify.format=json'] });
    host.put(letter('Dinner?'));
    const arrival = once(arrivals, 'told');
    await host.round();
    await arrival;
    expect(JSON.parse(told[1]?.body.toString() ?? '')).to.deep.equal({
      mailbox: 'andrew@company',
      from: 'friend@far.example',
      subject: 'Dinner?',
    });
  });
});

describe('the sample for quiet hours', () => {
  let host: TestHost;
  before(async () => {
    // Noon wherever the machine is: at night the sample is quiet by itself.
    const clock = new VirtualClock(new Date(2026, 10, 2, 12));
    host = await startTestHost({ plugins: [path.join(SAMPLES, 'quiet-hours')], clock });
  });
  after(() => host.stop());

  it('takes the rounds of the window out of the plan, also where it begins now', async () => {
    expect((await host.run('schedule', { count: 3 })) as readonly object[]).to.have.lengthOf(3);
    const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    await host.run('config.set', { key: 'quiet-hours.from', value: `"${time.format(host.clock.now())}"` });
    await host.run('config.set', { key: 'quiet-hours.until', value: '"23:59"' });
    const { length } = (await host.run('schedule', { count: 3 })) as readonly object[];
    expect(length).to.equal(0);
  });
});
