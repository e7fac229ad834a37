// Entries of manifests for the points of other plugins.
import '#core/base/injection.js';
import { ContributedEntries } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { type FixturePlugin, FixtureServer } from '../fixturePlugins.js';

const OWNER: FixturePlugin = {
  manifest: { contributionPoints: { greetings: { title: 'Greetings', schema: { type: 'object', required: ['text'] } } } },
};
const greeting = (text: string): FixturePlugin => ({ manifest: { contributes: { greetings: [{ text }] } } });

describe('entries for the point of another plugin', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());
  const entries = (): ContributedEntries => service(fixture.server.container, ContributedEntries);

  it('come and go with their plugins', async () => {
    fixture = await FixtureServer.start({ owner: OWNER, b: greeting('hello'), a: greeting('good day') });
    expect(entries().of('greetings')).to.deep.equal([
      { plugin: 'test.a', value: { text: 'good day' } },
      { plugin: 'test.b', value: { text: 'hello' } },
    ]);
    let changes = 0;
    const following = entries().onDidChange(() => changes++);
    await fixture.run('plugins.disable', { plugin: 'test.a' });
    expect(entries().of('greetings')).to.deep.equal([{ plugin: 'test.b', value: { text: 'hello' } }]);
    expect(changes).to.be.greaterThan(0);
    void following.dispose();
  });

  it('are none where its owner is not active, and none of a point that there is not', async () => {
    fixture = await FixtureServer.start({ owner: OWNER, b: greeting('hello') });
    await fixture.run('plugins.disable', { plugin: 'test.owner' });
    expect(entries().of('greetings')).to.deep.equal([]);
    expect(entries().of('farewells')).to.deep.equal([]);
  });
});
