// A change of a value by a function that is in the plugin's process, while the value is in the host's.
import { expect } from 'chai';
import { serviceHandlers } from '#plugins/platform/isolation/dist/calls/hostServices.js';
import { MemoryStorages } from '../../../../kit/memoryStorages.js';
import { OnePlugin } from '../onePlugin.js';

const CODE = `
  const change = {
    add: (before) => (before ?? 0) + 1,
    push: (before) => { before.push(1); return before; },
    drop: () => undefined,
    symbol: () => Symbol('x'),
    throw: () => { throw new Error('a slip'); },
  }[args.how];
  return context.state.update('x', change).then((kept) => kept ?? 'nothing');
`;

describe('An isolated plugin changes a value by a function', function () {
  this.timeout(60_000);
  let plugin: OnePlugin;
  let storages: MemoryStorages;
  /** Comes in between when the plugin has read the value, once. */
  let meanwhile: (() => void) | undefined;

  beforeEach(async () => {
    storages = new MemoryStorages();
    meanwhile = undefined;
    const state = storages.forPlugin('test.one');
    const slow: typeof state = {
      ...state,
      get: async (key) => {
        const value = await state.get(key);
        meanwhile?.();
        meanwhile = undefined;
        return value;
      },
    };
    const handlers = serviceHandlers({ state: slow } as never);
    plugin = await OnePlugin.start(CODE, { handlers: { ...handlers, 'command.add': () => undefined } });
  });
  afterEach(() => plugin.end());

  const kept = (): unknown => storages.entries.get('test.one x');
  const put = (value: unknown): unknown => storages.entries.set('test.one x', value);

  it('from nothing, to another value, and to nothing', async () => {
    expect(await plugin.run({ how: 'add' })).to.deep.equal({ answer: 1 });
    expect(await plugin.run({ how: 'add' })).to.deep.equal({ answer: 2 });
    expect(await plugin.run({ how: 'drop' })).to.deep.equal({ answer: 'nothing' });
    expect(storages.entries.size).to.equal(0);
    put([]);
    expect(await plugin.run({ how: 'push' }), 'also where it changes its argument').to.deep.equal({ answer: [1] });
    expect(kept()).to.deep.equal([1]);
  });

  it('and loses nothing that somebody else has written since it was read', async () => {
    meanwhile = () => put(10);
    expect(await plugin.run({ how: 'add' })).to.deep.equal({ answer: 11 });
    meanwhile = () => storages.entries.delete('test.one x');
    expect(await plugin.run({ how: 'add' })).to.deep.equal({ answer: 1 });
    expect(kept()).to.equal(1);
  });

  it('and changes nothing where the function throws, or answers what JSON has no words for', async () => {
    put(3);
    expect((await plugin.run({ how: 'throw' })).failed).to.equal('a slip');
    expect((await plugin.run({ how: 'symbol' })).failed).to.equal("x is updated to something that JSON can't express.");
    expect(kept()).to.equal(3);
  });
});
