// The login name for outgoing mail where none is set: that of whatever collects the account's mail.
import { type AccountView, PostroomError, type Settings } from '@postroom/sdk';
import type { PluginCatalogue } from '@postroom/sdk/services';
import { expect } from 'chai';
import { collectorLogin } from '#plugins/smtp/dist/relay/collectorLogin.js';

const collecting = (via: string, loginProperty?: string): PluginCatalogue['plugins'][number] =>
  ({ manifest: { contributes: { collectors: [{ via, title: via, properties: [], ...(loginProperty && { loginProperty }) }] } } }) as never;
const catalogue: PluginCatalogue = { plugins: [collecting('pop3', 'pop3.user'), collecting('imap', 'imap.user'), collecting('etrn')] };
const settings = {
  forAccount: (_account: string, key: string) => {
    if (key === 'imap.user') return 'office';
    throw new PostroomError('settings/unknown-key', key);
  },
} as unknown as Settings;

describe('the login name of the plugin that collects', () => {
  const nameFor = (via: string): string => collectorLogin(catalogue, settings)({ id: 'company', via } as AccountView);

  it('is the value of the property that the collector of the account declares', () => {
    expect(nameFor('imap')).to.equal('office');
  });

  it('is none where the collector has none, is missing, or declares a setting that is none', () => {
    for (const via of ['etrn', 'gone', 'pop3']) expect(nameFor(via), via).to.equal('');
  });
});
