import type { TapCall } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { type GuardedTap, guardAsync, guardSync } from '#core/hooking/guard.js';

/** A tap that answers what `handler` does. `problem`: what is wrong with any answer of it. */
function tapOf(handler: GuardedTap<unknown>['handler'], problem?: string, timeoutMs = 5_000): GuardedTap<unknown> {
  return { name: 'acme.filter/look', plugin: 'acme.filter', timeoutMs, handler, check: () => problem };
}

describe('the guard around a tap', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('hands on an answer, at once or promised', async () => {
    expect(
      await guardAsync(
        tapOf(() => 7),
        [],
      ),
    ).to.include({ answer: 7 });
    expect(
      await guardAsync(
        tapOf(async () => 7),
        [],
      ),
    ).to.include({ answer: 7 });
    expect(
      guardSync(
        tapOf(() => 7),
        [],
      ),
    ).to.include({ answer: 7 });
  });

  it('takes null and undefined for silence, so that neither ends a bail hook', async () => {
    expect(
      (
        await guardAsync(
          tapOf(() => null, 'something wrong'),
          [],
        )
      ).failure,
    ).to.equal(undefined);
    expect(
      (
        await guardAsync(
          tapOf(async () => undefined, 'something wrong'),
          [],
        )
      ).failure,
    ).to.equal(undefined);
  });

  it('names the tap that threw, synchronously or later, whatever was thrown', async () => {
    const thrown = (): never => {
      throw new Error('no luck');
    };
    const { failure } = await guardAsync(tapOf(thrown), []);
    expect(failure).to.include({ code: 'plugin/failed', plugin: 'acme.filter', message: 'acme.filter/look failed: no luck' });
    const later = tapOf(() => Promise.reject(new Error('later')));
    expect((await guardAsync(later, [])).failure?.message).to.include('later');
    // oxlint-disable-next-line prefer-promise-reject-errors
    const text = tapOf(() => Promise.reject('a text'));
    expect((await guardAsync(text, [])).failure?.message).to.include('a text');
    expect(guardSync(tapOf(thrown), []).failure).to.include({ code: 'plugin/failed' });
  });

  it('gives up after the time limit, tells the tap by its signal, and ignores what comes later', async () => {
    let signal: AbortSignal | undefined;
    let answer: (value: number) => void = () => undefined;
    const handler = (call: TapCall): Promise<number> => {
      signal = call.signal;
      return new Promise<number>((resolve) => {
        answer = resolve;
      });
    };
    const { failure } = await guardAsync(tapOf(handler, undefined, 5), []);
    expect(failure).to.include({ code: 'plugin/timeout', message: 'acme.filter/look did not answer within 5 ms.' });
    expect(signal?.aborted).to.equal(true);
    answer(7);
  });

  it('gives up when the caller does, also where the caller had given up before', async () => {
    const outer = new AbortController();
    const pending = guardAsync(
      tapOf(() => new Promise<number>(() => undefined)),
      [],
      outer.signal,
    );
    outer.abort();
    expect((await pending).failure).to.include({ message: 'acme.filter/look was cancelled.' });
    const late = await guardAsync(
      tapOf(() => new Promise<number>(() => undefined)),
      [],
      outer.signal,
    );
    expect(late.failure).to.include({ code: 'plugin/timeout', message: 'acme.filter/look was cancelled.' });
  });

  it('refuses an answer that the hook does not allow', async () => {
    const { failure } = await guardAsync(
      tapOf(() => 7, 'a number instead of a plan'),
      [],
    );
    expect(failure).to.include({ code: 'plugin/bad-answer' });
    expect(failure?.message).to.match(/^acme\.filter\/look answered a number instead of a plan\. The answer was ignored/);
  });

  it('refuses a promise where the answer must come at once', () => {
    const { failure } = guardSync(
      tapOf(() => Promise.resolve(7)),
      [],
    );
    expect(failure).to.include({ code: 'plugin/bad-answer' });
    expect(failure?.message).to.include('a promise, and this hook is synchronous');
  });

  it('takes anything with a then for a promise', async () => {
    const resolving = (resolve: (value: number) => void): void => resolve(7);
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    const thenable = { then: resolving } as unknown as Promise<number>; // oxlint-disable-line unicorn/no-thenable
    expect(
      await guardAsync(
        tapOf(() => thenable),
        [],
      ),
    ).to.include({ answer: 7 });
  });
});
