// What people are told who ask for a command of a plugin that does not run.
import { expect } from 'chai';
import { whyInactive } from '#core/plugins/contributions/inactivePlugin.js';

const NOWHERE = { bySettings: [], atBoot: [] };
const failed = { state: 'failed', problems: ['It needs acme.lid, which is not active.'], manifest: undefined } as const;
const quiet = { problems: [], manifest: undefined } as const;

describe('why a plugin does not run', () => {
  it('is told from what keeps it, with what to do', () => {
    const why = (status: Parameters<typeof whyInactive>[1], off = NOWHERE as Parameters<typeof whyInactive>[2]): string =>
      whyInactive('acme.box', status, off);
    const enable = 'postroom plugins enable acme.box';
    expect(why({ ...quiet, state: 'disabled' })).to.equal(`It is not enabled. Enable it: ${enable}`);
    expect(why({ ...quiet, state: 'disabled' }, { bySettings: ['acme.box'], atBoot: [] })).to.equal(
      `It stands in plugins.disabled. Take it out there: ${enable}`,
    );
    expect(why({ ...quiet, state: 'disabled' }, { bySettings: [], atBoot: ['acme.box'] })).to.equal(
      'It stands in "disabled" of boot.json: take it out there, and start the server again.',
    );
    expect(why(failed)).to.equal(`It needs acme.lid, which is not active. Mend that, then: ${enable}`);
    expect(why({ ...failed, manifest: { activation: 'platform' } as never })).to.equal(
      'It needs acme.lid, which is not active. Mend that, and start the server again.',
    );
    for (const state of ['activating', 'deactivating'] as const) expect(why({ ...quiet, state })).to.include('in a moment');
    expect(why({ ...quiet, state: 'active' })).to.include('no handler');
    expect(why(undefined)).to.equal('"postroom plugins list" says why.');
  });
});
