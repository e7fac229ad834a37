// What any edition answers, by the limits of its manifest.
import { editionGrant, type LicenceQuery, type PluginManifest } from '@postroom/sdk';
import { expect } from 'chai';

const REMEDIES = { accounts: 'buy more', users: 'move some' };
const configure = (...users: readonly number[]): LicenceQuery => ({
  kind: 'configure',
  accounts: users.map((count, index) => ({ id: `account${index + 1}`, users: count })),
});

function manifest(contributes: PluginManifest['contributes'] & object): PluginManifest {
  return {
    name: 'licensing-home',
    publisher: 'acme',
    version: '1.0.0',
    type: 'module',
    displayName: 'Home',
    description: '',
    engines: { postroom: '^1.0.0' },
    contributes,
  };
}

describe('the grant of an edition', () => {
  const ask = editionGrant(manifest({ edition: { name: 'Home', accounts: 2, usersPerAccount: 1 } }), REMEDIES);

  it('has the limits of the manifest, to the last account and user', () => {
    const granted = { granted: true, edition: 'Home', limits: { accounts: 2, usersPerAccount: 1 } };
    for (const query of [{ kind: 'run' } as const, configure(), configure(1, 1)]) expect(ask(query)).to.deep.equal(granted);
  });

  it('refuses what is beyond them in sentences that count', () => {
    expect(ask(configure(1, 1, 1))).to.deep.equal({
      granted: false,
      edition: 'Home',
      reason: 'Home shares 2 accounts; this would be the 3rd.',
      remedy: 'Remove one, or buy more.',
    });
    expect(ask(configure(1, 3))).to.deep.equal({
      granted: false,
      edition: 'Home',
      reason: 'Home has 1 user in an account; account2 would have 3.',
      remedy: 'Remove 2, or move some.',
    });
  });

  it('counts as people do', () => {
    const sentence = (accounts: number): unknown =>
      editionGrant(
        manifest({ edition: { name: 'Home', accounts, usersPerAccount: 1 } }),
        REMEDIES,
      )(configure(...Array<number>(accounts + 1).fill(1)));
    for (const [limit, named] of [
      [0, '1st'],
      [1, '2nd'],
      [3, '4th'],
      [10, '11th'],
      [20, '21st'],
    ] as const) {
      expect(sentence(limit)).to.have.property('reason').that.contains(`the ${named}.`);
    }
  });

  it('is nothing without a declared edition', () => {
    expect(() => editionGrant(manifest({}), REMEDIES))
      .to.throw('declares none')
      .with.property('code', 'plugin/manifest');
  });
});
