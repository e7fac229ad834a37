// Streams of events end when what let them in does: by themselves, though nobody asks for anything.
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { MANAGER_LIMITS } from '#plugins/admin-ui/dist/server/managerLimits.js';
import { Postroom } from '../../kit/postroom.js';
import { PASSWORD } from '../../kit/quickPasswords.js';

const MINUTE_MS = 60_000;

/** What a browser or a script sends along. */
type Headers = Readonly<Record<string, string>>;

describe("The manager's streams of events", () => {
  const leaks = leakCheck();
  const clock = new VirtualClock();
  let postroom: Postroom;
  let base = '';
  const open = new Set<AbortController>();

  before(async () => {
    await leaks.begin();
    postroom = await Postroom.start({ clock, settings: { 'admin-ui.listen': [{ host: '127.0.0.1', port: 0, security: 'plain' }] } });
    base = `http://127.0.0.1:${postroom.service(Ports).ports.find(({ protocol }) => protocol === 'http')?.port}`;
  });
  afterEach(() => {
    for (const stream of open) stream.abort();
    open.clear();
  });
  after(async () => {
    await postroom.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  async function login(password = PASSWORD): Promise<Headers> {
    const answer = await fetch(`${base}/api/session`, { method: 'POST', ...json({ password }) });
    expect(answer.status).to.equal(200);
    const { csrf } = (await answer.json()) as { csrf: string };
    return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '', 'x-csrf-token': csrf };
  }
  async function token(): Promise<{ readonly id: string; readonly headers: Headers }> {
    const made = await postroom.run<{ id: string; token: string }>('admin-ui.create-token', { name: 'script', scopes: ['read'], days: 1 });
    return { id: made.id, headers: { authorization: `Bearer ${made.token}` } };
  }
  /** An open stream; `ended` resolves when it is over. */
  async function stream(headers: Headers): Promise<{ readonly ended: Promise<void> }> {
    const abort = new AbortController();
    open.add(abort);
    const answer = await fetch(`${base}/api/events`, { headers, signal: abort.signal });
    expect(answer.status).to.equal(200);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const ended = (async () => {
      while (!(await reader.read()).done);
    })();
    return { ended };
  }
  const status = (headers: Headers, path = '/api/commands/status', method = 'GET'): Promise<number> =>
    fetch(`${base}${path}`, { method, headers }).then((answer) => answer.status);

  it('end with the idle lock, by themselves', async () => {
    const headers = await login();
    const { ended } = await stream(headers);
    await clock.advance(15 * MINUTE_MS);
    await ended;
    expect(await status(headers)).to.equal(423);
    expect(await status(headers, '/api/session', 'DELETE'), 'who is locked out may log out').to.equal(200);
    expect(await status(headers)).to.equal(401);
  });

  it('end after the hours of a login, however it was used', async () => {
    const headers = await login();
    const { ended } = await stream(headers);
    for (let minutes = 0; minutes < 12 * 60; minutes += 10) {
      await clock.advance(10 * MINUTE_MS);
      await status(headers);
    }
    await ended;
    expect(await status(headers)).to.equal(401);
  });

  it('end with a lock, a logout and a change of the password', async () => {
    const [locked, leaving, other] = [await login(), await login(), await login()];
    const streams = [await stream(locked), await stream(leaving), await stream(other)];
    expect(await status(locked, '/api/session/lock', 'POST')).to.equal(200);
    await streams[0]?.ended;
    expect(await status({ cookie: leaving['cookie'] ?? '' }, '/api/session', 'DELETE')).to.equal(200);
    await streams[1]?.ended;
    await postroom.run('users.set-password', { account: 'admin1', password: PASSWORD });
    await streams[2]?.ended;
  });

  it('end with the token that was shown: taken back, or expired', async () => {
    const [first, second] = [await token(), await token()];
    const streams = [await stream(first.headers), await stream(second.headers)];
    await postroom.run('admin-ui.revoke-token', { token: first.id });
    await streams[0]?.ended;
    expect(await status(first.headers)).to.equal(401);
    await clock.advance(24 * 60 * MINUTE_MS);
    await streams[1]?.ended;
    expect(await status(second.headers)).to.equal(401);
  });

  it('are a few for each login, so that nobody takes those of others', async () => {
    const [greedy, other] = [await login(), await login()];
    for (let count = 0; count < MANAGER_LIMITS.streams; count += 1) await stream(greedy);
    expect(await status(greedy, '/api/events')).to.equal(429);
    await stream(other);
  });
});

function json(body: object): RequestInit {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
