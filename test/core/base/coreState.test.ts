import '#core/base/injection.js';
import { expect } from 'chai';
import { CoreState } from '#core/base/coreState.js';
import { MemoryStorages } from '../../kit/memoryStorages.js';

describe('what the core remembers', () => {
  it('lies where existing data folders have it: with the plugins, under the name of the core', async () => {
    const storages = new MemoryStorages();
    const state = new CoreState(storages);
    await state.set('service', 'off');
    await state.set('fail-closed', { 'acme.filter': 'acme.filter' });
    await state.set('resorting/7', 1);
    expect([...storages.entries]).to.deep.equal([
      ['core service', 'off'],
      ['core fail-closed', { 'acme.filter': 'acme.filter' }],
      ['core resorting/7', 1],
    ]);
    expect(await new CoreState(storages).get('service')).to.equal('off');
    await state.delete('service');
    expect(await state.get('service')).to.equal(undefined);
  });
});
