import '#core/base/injection.js';
import { expect } from 'chai';
import { CoreState } from '#core/base/coreState.js';
import { CrashLoopGuard } from '#core/flow/held/crashLoopGuard.js';
import { MemoryStorages } from '../../../kit/memoryStorages.js';

class Death extends Error {}

describe('Work that may end the process', () => {
  const storages = new MemoryStorages();
  const kept = storages.entries;
  let done: string[];
  let givenUp: string[];
  beforeEach(() => {
    kept.clear();
    [done, givenUp] = [[], []];
  });

  /** One life: works until it has done everything, or dies of the message `deadly`. Answers whether it lived. */
  async function live(ids: readonly string[], deadly?: string): Promise<boolean> {
    try {
      await new CrashLoopGuard(new CoreState(storages)).each(
        ids.filter((id) => !givenUp.includes(id)).map((id) => ({ id })),
        async ({ id }) => {
          if (id === deadly) throw new Death();
          done.push(id);
        },
        async ({ id }) => void givenUp.push(id),
      );
      return true;
    } catch (error) {
      if (error instanceof Death) return false;
      throw error;
    }
  }

  it('leaves nothing behind where all goes well', async () => {
    expect(await live(['a', 'b'])).to.equal(true);
    expect(done).to.deep.equal(['a', 'b']);
    expect(kept.size).to.equal(0);
  });

  it('gives up what the process died of three times, and nothing else', async () => {
    for (let death = 1; death <= 3; death += 1) expect(await live(['a', 'deadly', 'b'], 'deadly'), `death ${death}`).to.equal(false);
    expect(await live(['a', 'deadly', 'b'], 'deadly')).to.equal(true);
    expect(givenUp).to.deep.equal(['deadly']);
    expect(done).to.include('b');
    expect(kept.size).to.equal(0);
  });

  it('forgets a death that was not the fault of a message', async () => {
    expect(await live(['a', 'b'], 'b')).to.equal(false);
    for (let life = 0; life < 5; life += 1) expect(await live(['a', 'b'])).to.equal(true);
    expect(givenUp).to.deep.equal([]);
  });

  it('writes nothing where there is nothing to do', async () => {
    expect(await live([])).to.equal(true);
    expect(kept.size).to.equal(0);
  });

  it('notes that work is under way before it begins, and which message alone after a crash', async () => {
    const seen: (readonly string[])[] = [];
    const look = async (): Promise<void> => void seen.push([...kept.keys()]);
    await new CrashLoopGuard(new CoreState(storages)).each([{ id: 'a' }], look, look);
    kept.set('core resorting', true);
    await new CrashLoopGuard(new CoreState(storages)).each([{ id: 'a' }, { id: 'b' }], look, look);
    expect(seen).to.deep.equal([['core resorting'], ['core resorting', 'core resorting/a'], ['core resorting', 'core resorting/b']]);
    expect(kept.size, 'nothing is left when all went well').to.equal(0);
  });

  it('suspects nobody after the first crash: all are tried alone, one by one', async () => {
    await live(['a', 'deadly', 'b'], 'deadly');
    done = [];
    expect(await live(['a', 'deadly', 'b'])).to.equal(true);
    expect(done).to.deep.equal(['a', 'deadly', 'b']);
    expect(givenUp).to.deep.equal([]);
  });

  it('does not work on a message that it gives up', async () => {
    for (let death = 0; death < 3; death += 1) await live(['deadly'], 'deadly');
    const worked: string[] = [];
    const note = async ({ id }: { readonly id: string }): Promise<void> => void worked.push(id);
    const given: string[] = [];
    await new CrashLoopGuard(new CoreState(storages)).each([{ id: 'deadly' }], note, async ({ id }) => void given.push(id));
    expect([worked, given]).to.deep.equal([[], ['deadly']]);
  });
});
