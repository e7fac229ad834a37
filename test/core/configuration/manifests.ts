// The manifests of the bundled plugins, as a server has them, and one that a test makes up.
import { readdirSync, readFileSync } from 'node:fs';
import type { Contributions, PluginManifest } from '@postroom/sdk';

const folder = new URL('../../../../plugins/', import.meta.url);

/** Those of a pack without code lie in its folder. */
export function bundledManifests(): readonly PluginManifest[] {
  const read = (at: URL): readonly PluginManifest[] =>
    readdirSync(at).flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(new URL(`${name}/package.json`, at), 'utf8')) as PluginManifest];
      } catch {
        return [];
      }
    });
  return [...read(folder), ...read(new URL('platform/', folder))];
}

export function manifest(name: string, contributes: Contributions): PluginManifest {
  return {
    name,
    publisher: 'acme',
    version: '1.0.0',
    type: 'module',
    displayName: name,
    description: name,
    engines: { postroom: '^1.0.0' },
    contributes,
  };
}

/** Just what the tables of wrong files need, so that they don't break when a bundled plugin changes. */
export const SMALL: readonly PluginManifest[] = [
  manifest('mail', {
    accountKinds: [
      { kind: 'regular', title: 'Regular', description: 'One address.', owns: 'address' },
      { kind: 'domain', title: 'Domain', description: 'A domain.', owns: 'domain', domainsProperty: 'mail.domains' },
    ],
    collectors: [
      { via: 'imap', title: 'IMAP', properties: ['imap.'] },
      { via: 'pop3', title: 'POP3', isDefault: true, properties: ['pop3.'] },
    ],
    configuration: {
      title: 'Mail',
      properties: {
        'timer.everyMinutes': { type: 'integer', minimum: 1, maximum: 1440, default: 5, renamed: ['timer.minutes'] },
        'timer.mode': { type: 'string', enum: ['always', 'office', 'never'], default: 'always' },
        'pop3.listen': {
          type: 'array',
          perNode: true,
          default: [{ port: 110 }],
          items: {
            type: 'object',
            required: ['port'],
            additionalProperties: false,
            properties: {
              host: { type: 'string', default: '127.0.0.1' },
              port: { type: 'integer', minimum: 0, maximum: 65535 },
              security: { type: 'string', enum: ['plain', 'starttls', 'tls'], default: 'starttls' },
            },
          },
        },
        'pop3.host': { type: 'string', minLength: 1, maxLength: 20, scope: 'account', renamed: ['pop.host'] },
        'pop3.password': { type: 'string', secret: true, scope: 'account' },
        'mail.domains': { type: 'array', items: { type: 'string' }, default: [], scope: 'account', accountKind: 'domain' },
        'mail.ratio': { type: 'number', exclusiveMinimum: 0, default: 1 },
        'tls.certificateFile': {
          perNode: true,
          type: 'string',
          default: '',
          needs: { 'tls.keyFile': 'A certificate needs its private key' },
        },
        'tls.keyFile': {
          perNode: true,
          type: 'string',
          default: '',
          needs: { 'tls.certificateFile': 'A private key needs its certificate' },
        },
        'mail.on': { type: 'boolean', default: true },
        'mail.either': {
          anyOf: [{ type: 'integer' }, { type: 'string', enum: ['auto'] }],
          default: 'auto',
          description: 'A number or "auto".',
        },
        'imap.host': { type: 'string', scope: 'account' },
        'mail.labels': { type: 'array', items: { type: 'string' }, default: [], scope: 'user', maxItems: 3 },
        'mail.readers': {
          type: 'object',
          additionalProperties: { type: 'array', items: { type: 'string', refersTo: 'user' } },
          default: {},
          scope: 'account',
        },
        'cc.to': {
          type: 'array',
          items: { type: 'string' },
          uniqueItems: true,
          default: [],
          scope: 'user',
          refersTo: 'user',
          referenceMessages: { unknown: 'only colleagues can get copies', self: "can't get a copy of the own mail" },
        },
      },
    },
  }),
  manifest('small-edition', {
    taps: [{ hook: 'onLicenseCheck', name: 'limits' }],
    edition: { name: 'Small', accounts: 1, usersPerAccount: 2 },
  }),
  manifest('large-edition', {
    taps: [{ hook: 'onLicenseCheck', name: 'limits' }],
    edition: { name: 'Large', accounts: 2, usersPerAccount: 3 },
  }),
];
