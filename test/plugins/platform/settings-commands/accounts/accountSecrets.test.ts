// Which passwords an account needs.
import type { PluginManifest } from '@postroom/sdk';
import { expect } from 'chai';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { accountSecrets, neededSecrets } from '#plugins/platform/settings-commands/dist/accounts/accountSecrets.js';
import { bundledManifests, manifest } from '../../../../core/configuration/manifests.js';

const password = { type: 'string', secret: true, scope: 'account', title: 'Password' } as const;
const IMAP = manifest('imap', {
  collectors: [{ via: 'imap', title: 'IMAP', properties: ['imap.', 'smtp.'] }],
  configuration: {
    title: 'IMAP',
    properties: {
      'imap.host': { type: 'string', default: '', scope: 'account', title: 'Host' },
      'imap.password': password,
      'imap.key': { ...password, scope: 'server' },
    },
  },
});

describe('the passwords of an account', () => {
  it('are those of its collector, and not those of others', () => {
    const schema = mergeSchema([IMAP, ...bundledManifests()], () => undefined);
    const secrets = ['imap.password', 'pop3.password', 'smtp.password'];
    expect(neededSecrets({ via: 'pop3' }, secrets, schema)).to.deep.equal(['pop3.password', 'smtp.password']);
    expect(neededSecrets({ via: 'imap' }, secrets, schema)).to.deep.equal(['imap.password', 'smtp.password']);
  });

  it('are of plugins that should run, one that failed too', () => {
    const plugin = (state: string, of: PluginManifest | undefined): Parameters<typeof accountSecrets>[0]['plugins'][number] => ({
      id: 'acme.imap',
      state,
      bundled: false,
      trusted: false,
      problems: [],
      manifest: of,
    });
    for (const state of ['active', 'failed', 'activating'])
      expect(accountSecrets({ plugins: [plugin(state, IMAP)] }), state).to.deep.equal(['imap.password']);
    expect(accountSecrets({ plugins: [plugin('disabled', IMAP), plugin('failed', undefined)] })).to.deep.equal([]);
  });
});
