import '#core/base/injection.js';
import type { StoreServer } from '@postroom/sdk/services';
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
  let lives = 0;
  beforeEach(() => {
    kept.clear();
    [done, givenUp] = [[], []];
  });

  /** Numbers of servers that are alive. */
  let alive: readonly number[];
  /** The guard of a process, whose server has that number. */
  const guard = (server: number, process = String(server)): CrashLoopGuard => {
    const servers = async (): Promise<readonly StoreServer[]> =>
      alive.map((id) => ({
        id,
        name: `server ${id}`,
        isThis: id === server,
        isGone: false,
        since: new Date(0),
        heardAt: new Date(0),
        holds: [],
      }));
    return new CrashLoopGuard(new CoreState(storages), { servers }, process);
  };
  const lost = new AbortController().signal;
  const items = (...ids: readonly string[]): readonly { readonly id: string }[] => ids.map((id) => ({ id }));

  /** One life: works until it has done everything, or dies of the message `deadly`. Answers whether it lived. */
  async function live(ids: readonly string[], deadly?: string): Promise<boolean> {
    lives += 1;
    alive = [lives];
    try {
      await guard(lives).each(items(...ids.filter((id) => !givenUp.includes(id))), {
        work: async ({ id }) => {
          if (id === deadly) throw new Death();
          done.push(id);
        },
        giveUp: async ({ id }) => void givenUp.push(id),
        lost,
      });
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

  it('notes that work is under way, and whose, before it begins, and which message alone after a crash', async () => {
    const seen: (readonly string[])[] = [];
    const look = async (): Promise<void> => void seen.push([...kept.keys()]);
    const calls = { work: look, giveUp: look, lost };
    alive = [7, 8];
    await guard(7).each(items('a'), calls);
    kept.set('core resorting', { server: 6, process: '6' });
    await guard(7).each(items('a', 'b'), calls);
    expect(seen).to.deep.equal([['core resorting'], ['core resorting', 'core resorting/a'], ['core resorting', 'core resorting/b']]);
    expect(kept.size, 'nothing is left when all went well').to.equal(0);
  });

  it('takes the note of a server that is alive for no crash, nor one of its own process, whatever number that has by now', async () => {
    const seen: (readonly string[])[] = [];
    const look = async (): Promise<void> => void seen.push([...kept.keys()]);
    alive = [7, 8];
    for (const note of [
      { server: 8, process: '8' },
      { server: 6, process: 'mine' },
    ]) {
      kept.set('core resorting', note);
      await guard(7, 'mine').each(items('a'), { work: look, giveUp: look, lost });
    }
    expect(seen, 'no message is tried alone').to.deep.equal([['core resorting'], ['core resorting']]);
  });

  it('counts no death of a message whose server is alive, and one of a message whose server died', async () => {
    alive = [7, 8];
    const given: string[] = [];
    kept.set('core resorting', { server: 5, process: '5' });
    kept.set('core resorting/a', { server: 8, process: '8', deaths: 1 });
    kept.set('core resorting/b', { server: 5, process: '5', deaths: 1 });
    await guard(7).each(items('a', 'b'), { work: async () => undefined, giveUp: async ({ id }) => void given.push(id), lost });
    expect(given).to.deep.equal(['b']);
  });

  it('takes the notes of a version that had its store for itself for those of a crash', async () => {
    alive = [7];
    const given: string[] = [];
    kept.set('core resorting', true);
    kept.set('core resorting/a', 2);
    kept.set('core resorting/b', 1);
    await guard(7).each(items('a', 'b'), { work: async () => undefined, giveUp: async ({ id }) => void given.push(id), lost });
    expect(given).to.deep.equal(['a']);
  });

  it('leaves the rest, and its note, to whoever has taken the work over', async () => {
    const taken = new AbortController();
    const worked: string[] = [];
    alive = [7, 8];
    const work = async ({ id }: { readonly id: string }): Promise<void> => {
      worked.push(id);
      taken.abort();
      kept.set('core resorting', { server: 8, process: '8' });
    };
    await guard(7).each(items('a', 'b'), { work, giveUp: work, lost: taken.signal });
    expect([worked, kept.get('core resorting')]).to.deep.equal([['a'], { server: 8, process: '8' }]);
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
    lives += 1;
    alive = [lives];
    const worked: string[] = [];
    const given: string[] = [];
    const work = async ({ id }: { readonly id: string }): Promise<void> => void worked.push(id);
    await guard(lives).each(items('deadly'), { work, giveUp: async ({ id }) => void given.push(id), lost });
    expect([worked, given]).to.deep.equal([[], ['deadly']]);
  });
});
